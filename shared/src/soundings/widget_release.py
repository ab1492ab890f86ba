"""The newest version of the widget and its integrity, written by services/feedback-api/widget/build.mjs."""

from typing import Final

VERSION: Final = "0.1.0"
INTEGRITY: Final = "sha384-Tpo8UB7fsW9Dv+AcEf2B1IItvBw3MK9Orm/BXY5KsIoE8iHA/dnhSZfD2go8pa7s"
