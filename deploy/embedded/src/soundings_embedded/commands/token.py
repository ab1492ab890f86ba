"""``soundings token``: make a staff token."""

from typing import Annotated

import typer

from soundings.access.roles import Role
from soundings_embedded.commands.connection import DEFAULT_HOME, HomeOption


def token(
    role: Annotated[list[Role], typer.Option("--role", help="What the bearer may do. May be given several times.")],
    name: Annotated[str, typer.Option("--name", help="Who it is for; it stands in every change history.")],
    agency: Annotated[str | None, typer.Option("--agency", help="Only this agency (left out: all agencies).")] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="For how many days it is good.")] = 90,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Print a staff token for a person or an internal client.

    viewer reads suppressed metrics; analyst reads all figures; advocate reads what people said; manager writes the
    catalogue; admin may do everything. Send it as: Authorization: Bearer TOKEN
    """
    from soundings_embedded.home import existing_home

    typer.echo(existing_home(home).issue(name, role, agency, days))
