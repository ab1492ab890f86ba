"""The newest version of the widget and its integrity, written by services/feedback-api/widget/build.mjs."""

from typing import Final

VERSION: Final = "0.1.0"
INTEGRITY: Final = "sha384-umj1UrZoKMofL/mGtW5uYgJEUJ5NgICKgDdsKepsfq+f2snlcQ9DAWx4kR7l7O3+"
