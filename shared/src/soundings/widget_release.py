"""The newest version of the widget and its integrity, written by services/feedback-api/widget/build.mjs."""

from typing import Final

VERSION: Final = "0.1.0"
INTEGRITY: Final = "sha384-OvpufRdd0XrYm8SgzIggYGf+qksd0k3OkRrdmXQ52kTpDTBcOeIjpBpYc053qMA7"
