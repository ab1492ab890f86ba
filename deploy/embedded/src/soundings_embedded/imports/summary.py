"""What an import has done, in sentences."""

from collections.abc import Iterator, Sequence
from typing import Final

from soundings_embedded.imports.checkpoint import ImportProgress
from soundings_embedded.imports.use_cases import ItemReader

_SHOWN: Final = 10
_SHOWN_LENGTH: Final = 60


def summary_lines(total: ImportProgress, items: ItemReader, differing: Sequence[int]) -> Iterator[str]:
    """The lines of the summary, the counts first."""
    yield f"{total.accepted:,} rows accepted, {total.rejected:,} rejected."
    if total.compared:
        yield (
            f"Of these: {total.new:,} new, {total.corrected:,} corrected, {total.unchanged:,} unchanged, "
            f"{total.rejected:,} refused."
        )
    else:
        yield (
            "Which of them are new, corrected or unchanged cannot be told: the measuring service did not answer. What "
            "is stored already under the same id stays as it is."
        )
    if total.differing:
        yield (
            f"{total.differing:,} rows more say something else than what is stored under their id, and were not taken "
            f"({_lines(differing, total.differing)}). To put them in its place, as a higher revision, import the file "
            "again with --replace."
        )
    if total.retracted:
        yield f"{total.retracted:,} rows more are of records that were taken back; these stay out for good."
    yield from _left_out(items)


def _left_out(items: ItemReader) -> Iterator[str]:
    if items.left_out:
        counts = sorted(items.left_out.items(), key=lambda one: (-one[1], one[0]))
        shown = [f'"{_short(text)}" in {field} {count:,} times' for (field, text), count in counts[:_SHOWN]]
        more = f", and {len(counts) - _SHOWN} others" if len(counts) > _SHOWN else ""
        yield f"Taken for no answer, as the mapping says: {', '.join(shown)}{more}."
    for field, count in sorted(items.replaced.items()):
        yield f"{count:,} texts of {field} are not among its values; `otherwise` took their place."
    if items.unused:
        names = ", ".join(_short(name) for name in items.unused[:_SHOWN])
        more = f" and {len(items.unused) - _SHOWN} others" if len(items.unused) > _SHOWN else ""
        yield f"Columns that the mapping does not use: {names}{more}."


def _lines(lines: Sequence[int], count: int) -> str:
    if not lines:
        return "in an earlier part of the file"
    return (
        ("line " if len(lines) == 1 else "lines ")
        + ", ".join(map(str, lines[:_SHOWN]))
        + (", …" if count > _SHOWN else "")
    )


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHOWN_LENGTH else flat[: _SHOWN_LENGTH - 1] + "…"
