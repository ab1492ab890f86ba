"""The newest version of the widget and its integrity, written by services/feedback-api/widget/build.mjs."""

from typing import Final

VERSION: Final = "0.1.0"
INTEGRITY: Final = "sha384-qbe3abet3wonfNRx9F5Nn6YfRQ0p4f9XkNEaQMeXl4jOGwD3aczObLB8uqir6mnH"
