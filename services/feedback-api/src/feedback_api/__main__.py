"""Listening alone: ``python -m feedback_api`` with settings from the environment."""

import uvicorn

from feedback_api.bootstrap import build
from feedback_api.settings import Settings
from soundings.http.logs import configure_logs


def main() -> None:
    """Serve until stopped."""
    configure_logs()
    settings = Settings.from_environment()
    uvicorn.run(build(settings), host=settings.host, port=settings.port, access_log=False, server_header=False)


if __name__ == "__main__":
    main()
