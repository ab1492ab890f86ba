"""The closed sets of the vocabulary: channels, kinds, outcomes, reasons and directions."""

from enum import StrEnum


class ServiceChannel(StrEnum):
    """How a person reaches a service."""

    WEBSITE = "website"
    MOBILE_APP = "mobile_app"
    EMAIL = "email"
    LIVE_CHAT = "live_chat"
    CHATBOT = "chatbot"
    SMS = "sms"
    SOCIAL_MEDIA = "social_media"
    PHONE = "phone"
    AUTOMATED_PHONE = "automated_phone"
    IN_PERSON = "in_person"
    KIOSK = "kiosk"
    POSTAL_MAIL = "postal_mail"
    FAX = "fax"
    OTHER_DIGITAL = "other_digital"
    OTHER_NON_DIGITAL = "other_non_digital"


DIGITAL_CHANNELS = frozenset(
    {
        ServiceChannel.WEBSITE,
        ServiceChannel.MOBILE_APP,
        ServiceChannel.EMAIL,
        ServiceChannel.LIVE_CHAT,
        ServiceChannel.CHATBOT,
        ServiceChannel.SMS,
        ServiceChannel.SOCIAL_MEDIA,
        ServiceChannel.KIOSK,
        ServiceChannel.OTHER_DIGITAL,
    }
)


class InteractionKind(StrEnum):
    """What sort of contact an interaction was."""

    CALL = "call"
    CHAT = "chat"
    MESSAGE = "message"
    EMAIL = "email"
    CALLBACK = "callback"
    VISIT = "visit"
    MAIL = "mail"
    SEARCH = "search"
    ARTICLE_VIEW = "article_view"
    PAGE_VIEW = "page_view"
    TRANSACTION = "transaction"
    SERVICE_REQUEST = "service_request"


class ContactOutcome(StrEnum):
    """How an interaction ended."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    TRANSFERRED = "transferred"
    CALLBACK = "callback"
    CONTAINED = "contained"
    COMPLETED = "completed"
    NOT_ELIGIBLE = "not_eligible"
    FAILED = "failed"
    OPEN = "open"


class ContactReason(StrEnum):
    """Why a person made contact (the reasons of the cross-government service data)."""

    GET_INFORMATION = "get_information"
    CHASE_PROGRESS = "chase_progress"
    CHALLENGE_DECISION = "challenge_decision"
    PERFORM_TRANSACTION = "perform_transaction"
    OTHER = "other"


class ContactDirection(StrEnum):
    """Who made contact: the person (inbound) or the agency (outbound)."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class CellGrain(StrEnum):
    """The period that one tally covers; quarter and year are the agency's fiscal ones."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class FunnelStage(StrEnum):
    """How far a person came before answering a form."""

    INVITED = "invited"
    SHOWN = "shown"
    STARTED = "started"
