"""Start the catalogue by itself: ``python -m catalogue_api``, with settings from the environment."""

import uvicorn

from catalogue_api.bootstrap import build
from catalogue_api.settings import Settings
from soundings.http.logs import configure_logs


def main() -> None:
    """Serve until told to stop."""
    settings = Settings.from_environment()
    configure_logs()
    uvicorn.run(build(settings), host=settings.host, port=settings.port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
