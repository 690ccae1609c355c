"""The envelope: CloudEvents 1.0 on Kafka.

In binary mode the attributes are headers and the value is the data alone; that is what we write. In structured mode the
value is the whole event: its attributes count, whatever the headers say.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.json_text import MOST_DEPTH, parse, peek
from schemas.shapes import instant

Headers = tuple[tuple[str, bytes | None], ...]

_SHAPES = {
    "specversion": re.compile(r"1\.0"),
    "type": re.compile(r"[!-~]{1,128}"),
    "id": re.compile(r"[!-~]{1,128}"),
    "source": re.compile(r"[!-~]{1,256}"),
    "time": re.compile(r"[ -~]{1,64}"),
}
_HEADERS = {name: f"ce_{name}" for name in _SHAPES}
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_JSON = "application/json"
_STRUCTURED = "application/cloudevents+json"
_BATCH = "application/cloudevents-batch+json"
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})


class EnvelopeError(ValueError):
    """The attributes are missing or doubled, or the mode is none that is read; the text names them, never a value."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The attributes of an event; `time` has its offset, `traceparent` is W3C's or None."""

    type: str
    ce_id: str
    source: str
    time: datetime
    traceparent: str | None


def is_structured(headers: Headers) -> bool:
    """Tell the mode: structured or binary. Raises `EnvelopeError` for doubled headers and for any other mode."""
    doubled = _doubled(headers)
    if doubled is not None:
        raise EnvelopeError(f"header {doubled} is given more than once")
    media = _media(_one(headers, "content-type"), "header content-type")
    if media == _BATCH:
        raise EnvelopeError("batch mode is refused")
    # CloudEvents without a content type is JSON.
    if media not in (_JSON, _STRUCTURED, None):
        raise EnvelopeError("header content-type is not application/json")
    return media == _STRUCTURED


def open_envelope(headers: Headers) -> Envelope:
    """Read the attributes of binary mode, or raise `EnvelopeError`."""
    if is_structured(headers):
        raise EnvelopeError("structured mode is not read here")
    return _envelope(attributes(headers), _one(headers, "traceparent"), "header ce_")


def open_structured(headers: Headers, value: bytes) -> tuple[Envelope, Any]:
    """Read the attributes and the data of structured mode; the data is None where there is none.

    Raises `EnvelopeError`, or `JsonError` when the value or what `data_base64` holds is not JSON within bounds.
    """
    event = parse(value, most_depth=MOST_DEPTH + 1)
    if not isinstance(event, dict):
        raise EnvelopeError("the value is not one event")
    envelope = _envelope(_known(event), event.get("traceparent") or _one(headers, "traceparent"), "attribute ")
    if _media(event.get("datacontenttype"), "attribute datacontenttype") not in (_JSON, None):
        raise EnvelopeError("attribute datacontenttype is not application/json")
    # An attribute that is null is one that is not there.
    if event.get("data_base64") is None:
        return envelope, event.get("data")
    if event.get("data") is not None:
        raise EnvelopeError("the event has both data and data_base64")
    return envelope, parse(_decoded(event["data_base64"]))


def attributes(headers: Headers) -> Mapping[str, str]:
    """Give those `ce_` headers that are there once and have the right shape, by the attribute's name."""
    given = dict(headers)
    if len(given) < len(headers):
        return _known({name: _one(headers, f"ce_{name}") for name in _SHAPES})
    return _known({name: _text(given.get(header)) for name, header in _HEADERS.items()})


def glance(headers: Headers, value: bytes | None) -> tuple[Mapping[str, str], Any]:
    """Give what can be made out of a record that may be bad in any way: attributes of the right shape, and the data."""
    whole = peek(value or b"")
    try:
        if not (is_structured(headers) and isinstance(whole, dict)):
            return attributes(headers), whole
        encoded = whole.get("data_base64")
        data = whole.get("data") if encoded is None else peek(_decoded(encoded))
    except EnvelopeError:
        return attributes(headers), whole
    return _known(whole), data


def _known(given: Mapping[str, Any]) -> Mapping[str, str]:
    found = {name: given.get(name) for name in _SHAPES}
    return {name: text for name, text in found.items() if isinstance(text, str) and _SHAPES[name].fullmatch(text)}


def _envelope(known: Mapping[str, str], traceparent: Any, where: str) -> Envelope:
    for name in _SHAPES:
        if name not in known:
            raise EnvelopeError(f"{where}{name} is missing or does not have the right shape")
    time = instant(known["time"])
    if time is None:
        raise EnvelopeError(f"{where}time is not an instant with offset (RFC 3339)")
    return Envelope(known["type"], known["id"], known["source"], time, _traceparent(traceparent))


def _decoded(text: Any) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise EnvelopeError("data_base64 is not base64") from None


def _doubled(headers: Headers) -> str | None:
    if len(dict(headers)) == len(headers):
        return None
    seen: set[str] = set()
    for name, _ in headers:
        if name.startswith("ce_") or name == "content-type":
            if name in seen:
                # A name of ours is told; any other might hold anything.
                return name if name.removeprefix("ce_") in _SHAPES or name == "content-type" else "ce_*"
            seen.add(name)
    return None


def _media(content_type: Any, where: str) -> str | None:
    """Give the media type without its parameters; None where there is none. Data is UTF-8, so another charset is not read."""
    if content_type is None:
        return None
    if content_type == _JSON:
        return _JSON
    media, *parameters = [part.strip().lower() for part in str(content_type).split(";")]
    for parameter in parameters:
        name, _, charset = parameter.partition("=")
        if name.strip() == "charset" and charset.strip().strip('"') not in _CHARSETS:
            raise EnvelopeError(f"{where} names another charset than UTF-8")
    return media


def _traceparent(text: Any) -> str | None:
    return text if isinstance(text, str) and _TRACEPARENT.fullmatch(text) else None


def _one(headers: Headers, wanted: str) -> str | None:
    """Give a header's text; None where it is missing, given more than once, or not text."""
    values = [value for name, value in headers if name == wanted]
    return _text(values[0]) if len(values) == 1 else None


def _text(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode("utf-8")
    except UnicodeDecodeError:
        return None
