"""The newest version of the widget and its integrity, written by services/feedback-api/widget/build.mjs."""

from typing import Final

VERSION: Final = "0.1.0"
INTEGRITY: Final = "sha384-UalR+LkoFhLf78AgThOGbNX+p5YNSGlarx8RybBr3U6k1E5SBCsZpC6J2S3zVLNg"
