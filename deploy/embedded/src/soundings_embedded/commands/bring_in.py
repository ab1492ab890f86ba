"""``soundings import``: bring in records from a CSV file."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from soundings_embedded.commands.connection import DEFAULT_HOME, DEFAULT_URL, FeedbackOption, HomeOption, UrlOption
from soundings_embedded.imports.use_cases import Rejected

SHOWN = 20


def bring_in(
    kind: Annotated[Literal["responses", "interactions", "tallies"], typer.Argument(help="What a row is.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The CSV file.")],
    mapping_file: Annotated[Path, typer.Option("--map", exists=True, dir_okay=False, help="The mapping, in TOML.")],
    key: Annotated[str, typer.Option("--key", envvar="SOUNDINGS_KEY", help="The key of the source they belong to.")],
    rejects: Annotated[
        Path | None, typer.Option("--rejects", help="Write rows that do not go in here, as CSV.")
    ] = None,
    url: UrlOption = DEFAULT_URL,
    feedback: FeedbackOption = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Import responses, interactions or tallies from a CSV file with a mapping file.

    Each row keeps its id, so importing again changes no figure; an import that was cut off goes on where it stopped.
    Rows that cannot be read are reported with their line and reason while the others go in; then the exit code is 3.
    docs/importing.md explains mappings, with examples.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from soundings.client import Soundings
    from soundings_embedded.imports.checkpoint import Checkpoint
    from soundings_embedded.imports.mapping import read_mapping
    from soundings_embedded.imports.use_cases import ImportFile, Watcher

    raw, rules = file.read_bytes(), mapping_file.read_bytes()
    mapping = read_mapping(rules.decode("utf-8"))
    if mapping.kind != kind:
        raise typer.BadParameter(f"{mapping_file} maps {mapping.kind}, not {kind}.", param_hint="--map")
    text = _decode(raw, mapping.encoding, file)
    refused: list[Rejected] = []
    checkpoint = Checkpoint(home / "imports", raw, rules, (feedback or url).encode(), key.encode())
    bar = Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Soundings(url, feedback=feedback) as client, bar:
        task = bar.add_task(f"{file.name}, lines", total=text.count("\n") + 1)
        watcher = Watcher(refused.append, lambda line: bar.update(task, completed=line))
        total = ImportFile(client, key, mapping, checkpoint=checkpoint, watcher=watcher).run(text)
    _report(refused, rejects)
    typer.echo(f"{total.accepted:,} rows accepted, {total.rejected:,} rejected.")
    if total.rejected:
        raise typer.Exit(3)


def _decode(raw: bytes, encoding: str, file: Path) -> str:
    try:
        return raw.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise typer.BadParameter(f"{file} is not {encoding}: {error}. Set `encoding` in the mapping.") from error


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
        writer.writerows([row.line, _safe(row.field), _safe(row.detail)] for row in refused)


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
