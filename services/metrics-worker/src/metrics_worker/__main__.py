"""Measuring alone: ``python -m metrics_worker`` with settings from the environment."""

from metrics_worker.bootstrap import build_app
from metrics_worker.settings import MetricsSettings
from soundings.http.server import serve_app
from soundings.telemetry.logging import configure_logs
from soundings.telemetry.tracing import start_traces


def main() -> None:
    """Serve and fold until stopped."""
    configure_logs()
    start_traces("metrics-worker")
    settings = MetricsSettings.from_environment()
    serve_app(build_app(settings), settings.host, settings.port, settings.limits)


if __name__ == "__main__":
    main()
