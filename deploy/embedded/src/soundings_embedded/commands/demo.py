"""``soundings demo``: fill a running Soundings with a made-up agency."""

from datetime import UTC, datetime

import typer

from soundings_embedded.commands.connection import (
    DEFAULT_HOME,
    DEFAULT_URL,
    HomeOption,
    TokenOption,
    UrlOption,
    staff_token,
)


def demo(url: UrlOption = DEFAULT_URL, token: TokenOption = None, home: HomeOption = DEFAULT_HOME) -> None:
    """Send 13 weeks of a made-up agency through the public doors, and show what was measured.

    Three channels, English and Spanish, one service with a problem that is seen and mended. Running it again on the
    same day changes no figure.
    """
    show_demo(url, staff_token(token, home))
