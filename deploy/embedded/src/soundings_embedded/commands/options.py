"""What the commands that talk to a running Soundings have in common: where it is, and who calls."""

from pathlib import Path
from typing import Annotated

import typer

HOME = typer.Option("--home", envvar="SOUNDINGS_HOME", help="The home directory of this Soundings.")
URL = typer.Option("--url", envvar="SOUNDINGS_URL", help="Where Soundings serves; else where its home is served.")
FEEDBACK = typer.Option("--feedback", envvar="SOUNDINGS_FEEDBACK_URL", help="The root of feedback-api, if it is alone.")
CATALOGUE = typer.Option(
    "--catalogue", envvar="SOUNDINGS_CATALOGUE_URL", help="The root of catalogue-api, if it is alone."
)
METRICS = typer.Option("--metrics", envvar="SOUNDINGS_METRICS_URL", help="The root of metrics-worker, if it is alone.")
METRICS_DATABASE = typer.Option(
    "--database", envvar="SOUNDINGS_METRICS_DATABASE", help="The URL of the metrics database, if not in the home."
)
LOG = typer.Option("--log", envvar="SOUNDINGS_LOG_URL", help="The log, such as kafka://broker:9092; else the home's.")
CATALOGUE_DATABASE = typer.Option(
    "--catalogue-database", envvar="SOUNDINGS_CATALOGUE_DATABASE", help="catalogue-api's database, if not in the home."
)
METRICS_DATABASE_URL = typer.Option(
    "--metrics-database", envvar="SOUNDINGS_METRICS_DATABASE", help="metrics-worker's database, if not in the home."
)
TOKEN = typer.Option("--token", envvar="SOUNDINGS_TOKEN", help="A staff token; without it, admin.token of the home.")

HomeOption = Annotated[Path, HOME]
UrlOption = Annotated[str | None, URL]
FeedbackOption = Annotated[str | None, FEEDBACK]
CatalogueOption = Annotated[str | None, CATALOGUE]
MetricsOption = Annotated[str | None, METRICS]
MetricsDatabaseOption = Annotated[str | None, METRICS_DATABASE]
LogOption = Annotated[str | None, LOG]
CatalogueDatabaseOption = Annotated[str | None, CATALOGUE_DATABASE]
MetricsDatabaseUrlOption = Annotated[str | None, METRICS_DATABASE_URL]
TokenOption = Annotated[str | None, TOKEN]

DEFAULT_HOME = Path(".soundings")
DEFAULT_URL = "http://127.0.0.1:8000"


def server_url(url: str | None, home: Path) -> str:
    """The address that was given, or that of the server of the home, or the usual one."""
    if url:
        return url
    from soundings_embedded.data_dir_permissions import readable_errors
    from soundings_embedded.server_address import served_address

    with readable_errors(home):
        return served_address(home) or DEFAULT_URL


def staff_token(token: str | None, home: Path) -> str:
    """The token that was given, or the home's admin token."""
    if token:
        return token
    from soundings_embedded.data_dir_permissions import readable_errors

    path = home / "admin.token"
    with readable_errors(home):
        text = path.read_text("ascii").strip() if path.exists() else ""
    if not text:
        raise typer.BadParameter(
            f"there is no {path}. Give a token (`soundings token` makes one), or the right --home.",
            param_hint="--token",
        )
    return text
