"""``soundings export``: take out what people said, or the figures of a metric."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from soundings_embedded.commands.options import (
    DEFAULT_HOME,
    HomeOption,
    MetricsOption,
    TokenOption,
    UrlOption,
    server_url,
    staff_token,
)


def export(
    what: Annotated[
        Literal["responses", "interactions", "metrics"], typer.Argument(help="What people said, contacts, or figures.")
    ],
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where to: .csv, or .jsonl for lines of JSON.")],
    metric: Annotated[str | None, typer.Option("--metric", help="The metric, such as top2.v1.")] = None,
    where: Annotated[list[str] | None, typer.Option("--where", help="A filter of the API: name=value.")] = None,
    excel: Annotated[
        bool, typer.Option("--excel", help="CSV that Excel opens with a double click: semicolons, byte order mark.")
    ] = False,
    plain: Annotated[bool, typer.Option("--plain", help="CSV without a byte order mark, for programs.")] = False,
    url: UrlOption = None,
    metrics: MetricsOption = None,
    token: TokenOption = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Export responses, interactions or the rows of a metric, all pages, to a CSV file or lines of JSON.

    Cells that a spreadsheet would run as a formula come out as text; numbers stay numbers. What the token may not see
    is not in the file; interactions have neither text nor person. CSV is UTF-8 with a byte order mark.
    Examples: soundings export responses said.csv --where service=permits --where from=2026-01-01 ·
    soundings export metrics top2.csv --metric top2.v1 --where measure=satisfaction --where group_by=channel
    """
    from rich.progress import Progress, SpinnerColumn, TextColumn

    from soundings.client import Soundings
    from soundings_embedded.exports.writers import EXCEL_STYLE, PLAIN_STYLE, CsvStyle, write_records

    if (metric is None) == (what == "metrics"):
        raise typer.BadParameter("metrics need --metric, responses and interactions take none.", param_hint="--metric")
    if excel and plain:
        raise typer.BadParameter("give one of --excel and --plain.", param_hint="--plain")
    style = EXCEL_STYLE if excel else PLAIN_STYLE if plain else CsvStyle()
    query = _filters(where or [])
    bar = Progress(SpinnerColumn(), TextColumn("{task.description}"))
    with Soundings(server_url(url, home), token=staff_token(token, home), metrics=metrics) as client, bar:
        task = bar.add_task(file.name)
        if metric is not None:
            records = iter(client.rows(metric, **query))
        else:
            records = client.voices(**query) if what == "responses" else client.interactions(**query)
        count = write_records(records, file, lambda done: bar.update(task, description=f"{file.name}: {done:,}"), style)
    typer.echo(f"{count:,} {'rows' if what == 'metrics' else what} written to {file}.")


def _filters(where: Sequence[str]) -> dict[str, str]:
    filters: dict[str, str] = {}
    for one in where:
        name, equals, value = one.partition("=")
        if not (name and equals) or name in filters:
            raise typer.BadParameter(f"{one!r} must be name=value, each name once.", param_hint="--where")
        filters[name] = value
    return filters
