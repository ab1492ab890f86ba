"""Excel workbooks: one sheet as a table."""

from collections.abc import Iterator, Sequence
from typing import Final

from soundings_embedded.imports.cell_texts import plain_text
from soundings_embedded.imports.csv_tables import ragged_row_fault
from soundings_embedded.imports.errors import BadFile
from soundings_embedded.imports.table_readers import (
    FileContent,
    ImportTable,
    TableLayout,
    TableRow,
    column_names,
    open_content,
)
from soundings_embedded.imports.workbook_limits import check_workbook

_EMPTY: Final = "the sheet is empty; its first row must name the columns"


def workbook_table(content: FileContent, layout: TableLayout) -> ImportTable:
    """The table in a sheet, once the workbook is known to be of bounded size. Raises BadFile."""
    from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

    with open_content(content) as stream:
        check_workbook(stream)
        stream.seek(0)
        try:
            with CalamineWorkbook.from_filelike(stream) as book:
                names = book.sheet_names
                if layout.sheet is not None and layout.sheet not in names:
                    raise BadFile(f"the workbook has no sheet {layout.sheet!r}. It has: {', '.join(names)}.")
                sheet: CalamineSheet = book.get_sheet_by_name(layout.sheet or names[0])
        except (CalamineError, IndexError) as error:
            raise BadFile(f"the workbook cannot be read: {error}") from error
    start = sheet.start
    if start is None:
        raise BadFile(_EMPTY)

    def grid() -> Iterator[tuple[int, list[str]]]:
        for number, cells in enumerate(sheet.iter_rows(), start=start[0] + 1):
            yield number, [""] * start[1] + [plain_text(cell) for cell in cells]

    headers = _headers(grid(), layout.header_rows, start[0])
    width = max((at for row in headers for at, name in enumerate(row, start=1) if name), default=0)
    columns = column_names([row[:width] for row in headers], layout.names)
    return ImportTable(columns, lambda: _rows(grid(), layout.header_rows, columns), sheet.total_height, headers)


def _headers(grid: Iterator[tuple[int, list[str]]], count: int, above: int) -> list[list[str]]:
    headers: list[list[str]] = []
    for _ in range(min(above, count)):
        headers.append([])
    for _, (_, cells) in zip(range(count - above), grid, strict=False):
        headers.append([name.strip() for name in cells])
    if not headers or not any(headers[0]):
        raise BadFile(_EMPTY)
    return headers


def _rows(grid: Iterator[tuple[int, list[str]]], header_rows: int, columns: Sequence[str]) -> Iterator[TableRow]:
    width = len(columns)
    for number, cells in grid:
        if number <= header_rows or not any(cells):
            continue
        if any(cells[width:]):
            last = max(at for at, cell in enumerate(cells, start=1) if cell)
            yield TableRow(number, {}, fault=ragged_row_fault(last, width))
        else:
            short = width - len(cells)
            yield TableRow(number, dict(zip(columns, [*cells, *[""] * short] if short > 0 else cells, strict=False)))
