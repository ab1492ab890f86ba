"""Measuring alone: ``python -m metrics_worker`` with settings from the environment."""

import uvicorn

from metrics_worker.bootstrap import build
from metrics_worker.settings import Settings
from soundings.http.logs import configure_logs


def main() -> None:
    """Serve and fold until stopped."""
    configure_logs()
    settings = Settings.from_environment()
    uvicorn.run(build(settings), host=settings.host, port=settings.port, access_log=False, server_header=False)


if __name__ == "__main__":
    main()
