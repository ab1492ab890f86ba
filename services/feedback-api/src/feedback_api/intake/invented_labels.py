"""Bound on labels per source that are not in the catalogue, because each adds a row to every metric."""

from typing import Final

LABELS_MAX: Final = 1000


class InventedLabels:
    """Remembers the labels that sources brought since the start, up to a bound for each source."""

    def __init__(self, most: int = LABELS_MAX) -> None:
        self._most = most
        self._seen: dict[str, set[str]] = {}

    def admits_label(self, source_id: str, label: str) -> bool:
        """Whether a label of a source is known, or may still become so; it is from then on."""
        seen = self._seen.setdefault(source_id, set())
        if label in seen:
            return True
        if len(seen) >= self._most:
            return False
        seen.add(label)
        return True
