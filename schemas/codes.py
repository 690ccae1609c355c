"""What may be wrong with a record: a closed list, the same word in headers, metrics and messages."""

from enum import StrEnum


class Code(StrEnum):
    """Why a record is a dead letter."""

    UNREADABLE = "UNREADABLE"
    EMPTY_VALUE = "EMPTY_VALUE"
    NO_ENVELOPE = "NO_ENVELOPE"
    WRONG_TOPIC = "WRONG_TOPIC"
    UNKNOWN_TYPE = "UNKNOWN_TYPE"
    UNKNOWN_KIND = "UNKNOWN_KIND"
    TOO_LARGE = "TOO_LARGE"
    MALFORMED = "MALFORMED"
    FOREIGN_TRIBUNAL = "FOREIGN_TRIBUNAL"
    CONFLICTING_DUPLICATE = "CONFLICTING_DUPLICATE"
    CONFLICTING_DOCUMENT = "CONFLICTING_DOCUMENT"
    UNPROCESSABLE = "UNPROCESSABLE"
