"""The newest version of the widget and its integrity, written by services/feedback-api/widget/build.mjs."""

from typing import Final

VERSION: Final = "0.1.0"
INTEGRITY: Final = "sha384-Mf6/mOmBQjDqE2ouFfGBHWR0ZxudKVkKXWIM6rinp/G8tIwwJBF/TFAqxIdJ/E6V"
