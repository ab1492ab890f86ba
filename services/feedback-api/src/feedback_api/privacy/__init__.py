"""Privacy at the door: redaction of text, pseudonyms of people, receipts."""

from feedback_api.privacy.receipts import Receipts, ReceiptTarget
from feedback_api.privacy.redaction import REDACTION_VERSION, find, redact
from feedback_api.privacy.spans import KINDS, Kind, Span
from feedback_api.privacy.subjects import BlankPerson, SubjectKeys

__all__ = [
    "KINDS",
    "REDACTION_VERSION",
    "BlankPerson",
    "Kind",
    "ReceiptTarget",
    "Receipts",
    "Span",
    "SubjectKeys",
    "find",
    "redact",
]
