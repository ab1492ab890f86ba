"""``soundings apply``: make the catalogue as a file says."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from soundings_embedded.commands.options import (
    DEFAULT_HOME,
    CatalogueOption,
    FeedbackOption,
    HomeOption,
    TokenOption,
    UrlOption,
    server_url,
    staff_token,
)

if TYPE_CHECKING:
    from soundings.client import Soundings
    from soundings_embedded.catalogue_apply.domain import ApplyStep
    from soundings_embedded.catalogue_apply.use_cases import Declared

_TOO_LARGE = (413, 422)


def apply(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A YAML file: agencies: {id: {...}}, ...")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan and change nothing.")] = False,
    url: UrlOption = None,
    catalogue: CatalogueOption = None,
    feedback: FeedbackOption = None,
    token: TokenOption = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Declare agencies, departments, services, measures, sources, forms and standards in a file, and apply it.

    The catalogue checks all of it first and shows every error; then nothing is changed and the exit code is 1. Shows
    the plan, carries it out, and says what comes next; a form that changed is published. Nothing is deleted. A second
    run changes nothing. Example: soundings apply docs/examples/city.yaml --dry-run
    """
    import yaml

    from soundings.client import Soundings
    from soundings_embedded.catalogue_apply.use_cases import apply_step, declared_entities, next_steps, plan_steps

    try:
        document = yaml.safe_load(file.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise typer.BadParameter(f"{file} is not YAML: {error}") from error
    base = server_url(url, home)
    with Soundings(base, token=staff_token(token, home), catalogue=catalogue, feedback=feedback) as client:
        every = declared_entities(client, document)
        _check(client, every, must_be_whole=dry_run)
        steps = plan_steps(client, every)
        _show(steps)
        if dry_run:
            return
        applied: list[ApplyStep] = []
        for one in steps:
            done = apply_step(client, one)
            if done != "as it was":
                typer.echo(f"{one.entities}/{one.entity_id}: {done}")
                applied.append(one)
    # Where the catalogue stands alone, the address of feedback-api is known only when it was given.
    pages = feedback or (None if catalogue else base)
    for line in next_steps(applied, pages and pages.rstrip("/")):
        typer.echo(line)


def _check(client: "Soundings", every: "Declared", *, must_be_whole: bool) -> None:
    from soundings.client import RefusedByServer
    from soundings_embedded.catalogue_apply.use_cases import check_declared

    try:
        checked = check_declared(client, every)
    except RefusedByServer as error:
        if must_be_whole or error.status not in _TOO_LARGE:
            raise
        typer.echo("The file is too large to be checked as a whole; each entity is checked when it is applied.")
        return
    for line in checked.findings:
        typer.echo(f"incomplete: {line}")
    if checked.errors:
        for line in checked.errors:
            typer.echo(f"error: {line}", err=True)
        typer.echo(f"{len(checked.errors)} errors; nothing was changed.", err=True)
        raise typer.Exit(1)


def _show(steps: "Sequence[ApplyStep]") -> None:
    for one in steps:
        changes = f" ({', '.join(one.changes)})" if one.changes else ""
        typer.echo(f"{one.action:<7}{one.entities}/{one.entity_id}{changes}")
    counts = {action: sum(one.action == action for one in steps) for action in ("create", "change", "keep")}
    typer.echo(f"Plan: {counts['create']} to create, {counts['change']} to change, {counts['keep']} as they are.")
