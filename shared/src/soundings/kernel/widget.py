"""The newest version of the widget and its integrity, written by services/feedback-api/widget/build.mjs."""

from typing import Final

VERSION: Final = "0.1.0"
INTEGRITY: Final = "sha384-6uTPAGJM8KHvDqiEhFbCj3jqgnTlMtjOL75DhkyUfjKhaMZq7hqUIoxoJM6s5gOn"
