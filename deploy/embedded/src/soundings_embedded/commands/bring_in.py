"""``soundings import``: bring in records from a file."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from soundings_embedded.commands.connection import DEFAULT_HOME, DEFAULT_URL, FeedbackOption, HomeOption, UrlOption
from soundings_embedded.imports.mapping import Mapping, read_mapping
from soundings_embedded.imports.tables import EXCEL, LINES, Layout, read_table
from soundings_embedded.imports.use_cases import AsItIs, Items, Rejected
from soundings_embedded.spreadsheets import safe_cell

SHOWN = 20
Kind = Literal["responses", "interactions", "tallies"]


def bring_in(
    kind: Annotated[Kind | None, typer.Argument(help="What a row is.")] = None,
    file: Annotated[Path | None, typer.Argument(exists=True, dir_okay=False, help="CSV, JSON Lines or Excel.")] = None,
    mapping_file: Annotated[
        Path | None, typer.Option("--map", exists=True, dir_okay=False, help="The mapping, in TOML.")
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", envvar="SOUNDINGS_KEY", help="The key of the source they belong to.")
    ] = None,
    draft: Annotated[
        Path | None, typer.Option("--draft", exists=True, dir_okay=False, help="Write a first mapping of this file.")
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", help="Write rows that do not go in here, as CSV.")
    ] = None,
    url: UrlOption = DEFAULT_URL,
    feedback: FeedbackOption = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Import responses, interactions or tallies from a file with a mapping file.

    The file is CSV, Excel (.xlsx) or JSON Lines (.jsonl); lines of JSON that are items already need no mapping.
    `soundings import --draft FILE > MAP.toml` makes a first mapping from the columns of a file.
    Each row keeps its id, so importing again changes no figure; an import that was cut off goes on where it stopped.
    Rows that cannot be read are reported with their line and reason while the others go in; then the exit code is 3.
    docs/importing.md explains mappings, with examples.
    """
    if draft is not None:
        _draft(draft, kind)
        return
    if kind is None or file is None:
        raise typer.BadParameter("say what the rows are and where: soundings import responses FILE --map MAP.toml")
    if key is None:
        raise typer.BadParameter("the key of the source is needed.", param_hint="--key")
    rules = b"" if mapping_file is None else mapping_file.read_bytes()
    mapping = None if mapping_file is None else read_mapping(rules)
    if mapping is None and file.suffix.lower() not in LINES:
        raise typer.BadParameter("a mapping is needed; `soundings import --draft FILE` makes one.", param_hint="--map")
    if mapping is not None and mapping.kind != kind:
        raise typer.BadParameter(f"{mapping_file} maps {mapping.kind}, not {kind}.", param_hint="--map")
    place = (feedback or url).encode()
    _send(kind, file, mapping, key=key, identity=(rules, place, key.encode()), rejects=rejects, home=home,
          roots=(url, feedback))  # fmt: skip


def _send(
    kind: Kind,
    file: Path,
    mapping: Mapping | None,
    *,
    key: str,
    identity: tuple[bytes, ...],
    rejects: Path | None,
    home: Path,
    roots: tuple[str, str | None],
) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from soundings.client import Soundings
    from soundings_embedded.imports.checkpoint import Checkpoint
    from soundings_embedded.imports.domain import Reader
    from soundings_embedded.imports.use_cases import ImportFile, Watcher

    raw = file.read_bytes()
    table = read_table(raw, file.suffix, _layout(mapping))
    items: Items = AsItIs() if mapping is None else Reader(mapping, table.columns)
    refused: list[Rejected] = []
    checkpoint = Checkpoint(home / "imports", raw, *identity)
    bar = Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Soundings(roots[0], feedback=roots[1]) as client, bar:
        task = bar.add_task(f"{file.name}, lines", total=table.lines)
        watcher = Watcher(refused.append, lambda line: bar.update(task, completed=line))
        total = ImportFile(client, key, kind, checkpoint=checkpoint, watcher=watcher).run(table, items)
    _report(refused, rejects)
    typer.echo(f"{total.accepted:,} rows accepted, {total.rejected:,} rejected.")
    if total.rejected:
        raise typer.Exit(3)


def _layout(mapping: Mapping | None) -> Layout:
    return Layout() if mapping is None else Layout(mapping.delimiter, mapping.encoding, mapping.sheet)


def _draft(file: Path, kind: Kind | None) -> None:
    from soundings_embedded.imports.draft import draft_mapping, layout_of

    raw = file.read_bytes()
    layout = Layout() if file.suffix.lower() in {*EXCEL, *LINES} else layout_of(raw)
    table = read_table(raw, file.suffix, layout)
    typer.echo(draft_mapping(table, kind, file.name, layout), nl=False)


def _report(refused: list[Rejected], rejects: Path | None) -> None:
    for row in refused[:SHOWN]:
        typer.echo(f"line {row.line}: {row.field}: {row.detail}", err=True)
    if len(refused) > SHOWN:
        typer.echo(f"... and {len(refused) - SHOWN} more; --rejects FILE lists them all.", err=True)
    if rejects is not None:
        _write_rejects(refused, rejects)


def _write_rejects(refused: list[Rejected], path: Path) -> None:
    import csv

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "field", "reason"])
        writer.writerows([row.line, safe_cell(row.field), safe_cell(row.detail)] for row in refused)
