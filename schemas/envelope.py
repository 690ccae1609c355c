"""The envelope: CloudEvents 1.0 on Kafka, binary mode. The attributes are headers, the value is the data alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from schemas.shapes import instant

Headers = tuple[tuple[str, bytes | None], ...]

_SHAPES = {
    "ce_specversion": re.compile(r"1\.0"),
    "ce_type": re.compile(r"[!-~]{1,128}"),
    "ce_id": re.compile(r"[!-~]{1,128}"),
    "ce_source": re.compile(r"[!-~]{1,256}"),
    "ce_time": re.compile(r"[ -~]{1,64}"),
}
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_JSON = "application/json"
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})
# Structured mode is read here once it is needed: the row then leads to a reader of the value instead of a refusal.
_OTHER_MODES = {
    "application/cloudevents+json": "structured mode is not read by this version; send binary mode",
    "application/cloudevents-batch+json": "batch mode is refused",
}


class EnvelopeError(ValueError):
    """The attributes are missing, doubled, or not of binary mode; the text names the header, never its value."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The attributes of an event; `time` has its offset, `traceparent` is W3C's or None."""

    type: str
    ce_id: str
    source: str
    time: datetime
    traceparent: str | None


def open_envelope(headers: Headers) -> Envelope:
    """Read the attributes, or raise `EnvelopeError`."""
    doubled = _doubled(headers)
    if doubled is not None:
        raise EnvelopeError(f"header {doubled} is given more than once")
    _check_mode(headers)
    known = attributes(headers)
    for name in _SHAPES:
        if name not in known:
            raise EnvelopeError(f"header {name} is missing or does not have the right shape")
    time = instant(known["ce_time"])
    if time is None:
        raise EnvelopeError("header ce_time is not an instant with offset (RFC 3339)")
    return Envelope(known["ce_type"], known["ce_id"], known["ce_source"], time, _traceparent(headers))


def attributes(headers: Headers) -> Mapping[str, str]:
    """Give those `ce_` attributes that are there once and have the right shape, whatever else is wrong."""
    known: dict[str, str] = {}
    for name, shape in _SHAPES.items():
        values = _texts(headers, name)
        if len(values) == 1 and values[0] is not None and shape.fullmatch(values[0]):
            known[name] = values[0]
    return known


def _doubled(headers: Headers) -> str | None:
    seen: set[str] = set()
    for name, _ in headers:
        if name.startswith("ce_") or name == "content-type":
            if name in seen:
                # A name of ours is told; any other might hold anything.
                return name if name in _SHAPES or name == "content-type" else "ce_*"
            seen.add(name)
    return None


def _check_mode(headers: Headers) -> None:
    """Refuse other modes and media types; CloudEvents without a content type is JSON."""
    for content_type in _texts(headers, "content-type"):
        media, *parameters = [part.strip().lower() for part in (content_type or "").split(";")]
        if media in _OTHER_MODES:
            raise EnvelopeError(_OTHER_MODES[media])
        if media != _JSON:
            raise EnvelopeError("header content-type is not application/json")
        for parameter in parameters:
            name, _, charset = parameter.partition("=")
            if name.strip() == "charset" and charset.strip().strip('"') not in _CHARSETS:
                raise EnvelopeError("header content-type names another charset than UTF-8")


def _traceparent(headers: Headers) -> str | None:
    values = _texts(headers, "traceparent")
    return values[0] if len(values) == 1 and values[0] is not None and _TRACEPARENT.fullmatch(values[0]) else None


def _texts(headers: Headers, wanted: str) -> list[str | None]:
    return [_text(value) for name, value in headers if name == wanted]


def _text(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode("utf-8")
    except UnicodeDecodeError:
        return None
