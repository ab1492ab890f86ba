"""The newest version of the widget and its integrity, written by services/feedback-api/widget/build.mjs."""

from typing import Final

VERSION: Final = "0.1.0"
INTEGRITY: Final = "sha384-F7C85bFw3GIdEMC4Pb1CXt9kVjp+D3rFxKFmOEBl2nQtPD9jmXibgErId1rTR4eb"
