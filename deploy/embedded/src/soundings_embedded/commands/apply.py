"""``soundings apply``: make the catalogue as a file says."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from soundings_embedded.commands.options import (
    DEFAULT_HOME,
    DEFAULT_URL,
    CatalogueOption,
    HomeOption,
    TokenOption,
    UrlOption,
    staff_token,
)

if TYPE_CHECKING:
    from soundings_embedded.catalogue_apply.domain import ApplyStep


def apply(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A YAML file: agencies: {id: {...}}, ...")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan and change nothing.")] = False,
    url: UrlOption = DEFAULT_URL,
    catalogue: CatalogueOption = None,
    token: TokenOption = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Declare agencies, departments, services, measures, sources, forms and standards in a file, and apply it.

    Shows the plan, then carries it out; a form that changed is published. Nothing is deleted. A second run changes
    nothing. Example: soundings apply docs/examples/city.yaml --dry-run
    """
    import yaml

    from soundings.client import Soundings
    from soundings_embedded.catalogue_apply.use_cases import apply_step, plan_steps

    try:
        document = yaml.safe_load(file.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise typer.BadParameter(f"{file} is not YAML: {error}") from error
    with Soundings(url, token=staff_token(token, home), catalogue=catalogue) as client:
        steps = plan_steps(client, document)
        _show(steps)
        if dry_run:
            return
        for one in steps:
            done = apply_step(client, one)
            if done != "as it was":
                typer.echo(f"{one.entities}/{one.entity_id}: {done}")


def _show(steps: "Sequence[ApplyStep]") -> None:
    for one in steps:
        changes = f" ({', '.join(one.changes)})" if one.changes else ""
        typer.echo(f"{one.action:<7}{one.entities}/{one.entity_id}{changes}")
    counts = {action: sum(one.action == action for one in steps) for action in ("create", "change", "keep")}
    typer.echo(f"Plan: {counts['create']} to create, {counts['change']} to change, {counts['keep']} as they are.")
