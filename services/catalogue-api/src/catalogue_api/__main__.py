"""Knowing alone: ``python -m catalogue_api`` with settings from the environment."""

from catalogue_api.bootstrap import build
from catalogue_api.settings import Settings
from soundings.http.server import serve_app
from soundings.telemetry.logging import configure_logs
from soundings.telemetry.tracing import start_traces


def main() -> None:
    """Serve until stopped."""
    configure_logs()
    start_traces("catalogue-api")
    settings = Settings.from_environment()
    serve_app(build(settings), settings.host, settings.port, settings.limits)


if __name__ == "__main__":
    main()
