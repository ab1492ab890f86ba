"""The newest version of the widget and its integrity, written by services/feedback-api/widget/build.mjs."""

from typing import Final

VERSION: Final = "0.1.0"
INTEGRITY: Final = "sha384-SH/sqKihMIZeihwlhoyLgqSfeECW6Ssdd+go+2yOhEMKktO2z/XzNuhI7F8V1k13"
