"""The built files of the widget, one for each version that was ever released, as they are sent."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from soundings.widget_release import VERSION

_NAME: Final = ".js"


@dataclass(frozen=True, slots=True)
class WidgetFile:
    """A version of the widget: its bytes, the same compressed, and the strong ETag of each."""

    plain: bytes
    zipped: bytes
    etag: str
    zipped_etag: str


@cache
def widget_files() -> Mapping[str, WidgetFile]:
    """Every version by its number. Pages that name a version and its integrity keep working after an upgrade."""
    folder = files("feedback_api.widget") / "built"
    return {
        one.name.removesuffix(_NAME): _ready_file(one.read_bytes())
        for one in folder.iterdir()
        if one.name.endswith(_NAME)
    }


def newest_bundle() -> WidgetFile:
    """The version that new snippets name."""
    return widget_files()[VERSION]


def _ready_file(plain: bytes) -> WidgetFile:
    digest = sha256(plain).hexdigest()[:32]
    return WidgetFile(plain, gzip.compress(plain, 9, mtime=0), f'"{digest}"', f'"{digest}-gzip"')
