"""Listening alone: ``python -m feedback_api`` with settings from the environment."""

import gc

import uvicorn

from feedback_api.bootstrap import build
from feedback_api.settings import Settings
from soundings.http.logs import configure_logs


def main() -> None:
    """Serve until stopped."""
    configure_logs()
    settings = Settings.from_environment()
    app = build(settings)
    # What is loaded by now stays for good: without this every full collection walks through it again under load.
    gc.collect()
    gc.freeze()
    uvicorn.run(app, host=settings.host, port=settings.port, access_log=False, server_header=False)


if __name__ == "__main__":
    main()
