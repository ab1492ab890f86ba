"""Entry point of the stand-alone service: ``python -m feedback_api`` with settings from the environment."""

from feedback_api.bootstrap import build_app
from feedback_api.settings import FeedbackSettings
from soundings.http.server import serve_app
from soundings.telemetry.logging import configure_logs
from soundings.telemetry.tracing import start_traces


def main() -> None:
    """Serve until stopped."""
    configure_logs()
    start_traces("feedback-api")
    settings = FeedbackSettings.from_environment()
    serve_app(build_app(settings), settings.host, settings.port, settings.limits)


if __name__ == "__main__":
    main()
