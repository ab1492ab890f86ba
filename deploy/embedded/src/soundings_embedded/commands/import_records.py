"""``soundings import``: bring in records from a file."""

import time
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from soundings_embedded.commands.options import (
    DEFAULT_HOME,
    DEFAULT_URL,
    FeedbackOption,
    HomeOption,
    MetricsOption,
    UrlOption,
)

if TYPE_CHECKING:
    from soundings_embedded.imports.mapping import ImportMapping
    from soundings_embedded.imports.use_cases import ItemReader, RejectedRow

SHOWN = 20
Kind = Literal["responses", "interactions", "tallies"]


def import_records(
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
    form: Annotated[
        Path | None, typer.Option("--form", dir_okay=False, help="With --draft: write a form that fits here, in YAML.")
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", help="Write rows that do not go in here, as CSV.")
    ] = None,
    replaces: Annotated[
        bool,
        typer.Option("--replace", help="Put rows in the place of what is stored under their id with other content."),
    ] = False,
    url: UrlOption = DEFAULT_URL,
    feedback: FeedbackOption = None,
    metrics: MetricsOption = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Import responses, interactions or tallies from a file with a mapping file.

    The file is CSV, Excel (.xlsx) or JSON Lines (.jsonl); lines of JSON that are items already need no mapping.
    `soundings import --draft FILE > MAP.toml` makes a first mapping from the columns of a file.
    Each row keeps its id, so importing again changes no figure; an import that was cut off goes on where it stopped.
    What is stored already under the same id with other content stays as it is; --replace corrects it.
    Rows that cannot be read are reported with their line and reason while the others go in; then the exit code is 3.
    docs/importing.md explains mappings, with examples.
    """
    from soundings_embedded.imports.mapping import read_mapping
    from soundings_embedded.imports.table_readers import LINES

    if draft is not None:
        _draft(draft, kind, form)
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
    task = _Task(kind, file, mapping, key, identity=(rules, (feedback or url).encode(), key.encode(), b"%d" % replaces),
                 rejects=rejects, home=home, replaces=replaces)  # fmt: skip
    _send(task, url=url, feedback=feedback, metrics=metrics)


@dataclass(frozen=True, slots=True)
class _Task:
    """The arguments of one import; ``identity`` and the file together name its checkpoint."""

    kind: Kind
    file: Path
    mapping: "ImportMapping | None"
    key: str
    identity: tuple[bytes, ...]
    rejects: Path | None
    home: Path
    replaces: bool


def _send(asked: _Task, *, url: str, feedback: str | None, metrics: str | None) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from soundings.client import Soundings
    from soundings_embedded.imports.checkpoint import ImportCheckpoint
    from soundings_embedded.imports.comparison import ServerComparison
    from soundings_embedded.imports.row_mapper import AsItIs, RowReader
    from soundings_embedded.imports.summary import summary_lines
    from soundings_embedded.imports.table_readers import TableLayout, read_table
    from soundings_embedded.imports.use_cases import ImportCallbacks, ImportFile

    kind, file, mapping = asked.kind, asked.file, asked.mapping
    with file.open("rb") as stream:
        # The content identifies the file: a corrected file under the same name must be read from
        # its beginning.
        digest = file_digest(stream, "sha256").digest()
    table = read_table(lambda: file.open("rb"), file.suffix, TableLayout() if mapping is None else mapping.layout())
    items: ItemReader = AsItIs(kind) if mapping is None else RowReader(mapping, table.columns)
    refused, differing = list["RejectedRow"](), list[int]()
    checkpoint = ImportCheckpoint(asked.home / "imports", digest, *asked.identity)
    bar = Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Soundings(url, feedback=feedback, metrics=metrics) as client, bar:
        # An empty batch checks the key before a large file is read.
        client.send(kind, [], asked.key)  # a wrong key is told before anything else
        task = bar.add_task(f"{file.name}, lines", total=table.lines)
        watcher = ImportCallbacks(refused.append, lambda line: bar.update(task, completed=line), differing.append)
        known = ServerComparison(client, asked.key, kind, time.sleep)
        run = ImportFile(client, asked.key, kind, checkpoint=checkpoint, watcher=watcher, known=known,
                         replaces=asked.replaces)  # fmt: skip
        total = run.run(table, items)
    _report(refused, asked.rejects)
    for line in summary_lines(total, items, differing):
        typer.echo(line)
    if total.rejected or total.differing:
        raise typer.Exit(3)


def _draft(file: Path, kind: Kind | None, form: Path | None) -> None:
    from soundings_embedded.imports.mapping_inference import draft_of

    draft = draft_of(lambda: file.open("rb"), file.suffix, kind, file.name, with_form=form is not None)
    if form is not None:
        if draft.form is None:
            raise typer.BadParameter("only responses have a form.", param_hint="--form")
        form.write_text(draft.form, "utf-8")
    typer.echo(draft.mapping, nl=False)


def _report(refused: "list[RejectedRow]", rejects: Path | None) -> None:
    for row in refused[:SHOWN]:
        typer.echo(f"line {row.line}: {row.field}: {row.detail}", err=True)
    if len(refused) > SHOWN:
        typer.echo(f"... and {len(refused) - SHOWN} more; --rejects FILE lists them all.", err=True)
    if rejects is not None:
        _write_rejects(refused, rejects)


def _write_rejects(refused: "list[RejectedRow]", path: Path) -> None:
    import csv

    from soundings_embedded.exports.csv_safety import safe_cell

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "field", "reason"])
        writer.writerows([row.line, safe_cell(row.field), safe_cell(row.detail)] for row in refused)
