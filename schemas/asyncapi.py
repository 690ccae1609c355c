"""The contract as one AsyncAPI 3.0 document: topics, keys, headers, and what each event holds.

It is told from the service's side: what it receives, others send. Everything is made from the topics and the models.
"""

import json
from typing import Any

from schemas.document_issued import TYPE as ISSUED
from schemas.published import described_by
from schemas.samples import named, names
from schemas.topics import HOME, TOPICS, Topic

VERSION = "1.0.0"
"""The contract's own version: a new version of a type is a new type beside the old one, and raises the second part."""

_DEAD = "dead-letter"
_CLOUDEVENT = "cloudevent"
_ATTRIBUTES = {
    "ce_specversion": ("1.0", "The version of CloudEvents; binary mode."),
    "ce_id": (None, "Unique in its source; a second record with it is dropped when it says the same."),
    "ce_source": (None, "Who says it, for example /saj/tjms/pg5."),
    "ce_type": (None, "The event's type; it decides the topic."),
    "ce_time": (None, "An instant with its offset (RFC 3339)."),
    "content-type": ("application/json", "The value is the data alone, in UTF-8."),
}
_OPTIONAL = {
    "ce_dataschema": "Where the data is described; not read.",
    "traceparent": "W3C's; carried through.",
}
_DLQ = ("reason", "step", "topic", "partition", "offset", "timestamp", "at")


def document() -> dict[str, Any]:
    """Give the AsyncAPI document, ready for JSON."""
    payloads, schemas = described_by("#/components/schemas/{model}", HOME)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "saj-bnmp",
            "version": VERSION,
            "description": "What travels between SAJ, the service and its operators: CloudEvents 1.0 on Kafka.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS.values()},
        "operations": {
            f"{action}.{topic.name}": {"action": action, "channel": {"$ref": f"#/channels/{topic.name}"}}
            for topic in TOPICS.values()
            for action in _actions(topic)
        },
        "components": {
            "messages": {
                **{type_: _message(type_, payload) for type_, payload in payloads.items()},
                _DEAD: _dead_letter(),
            },
            "messageTraits": {_CLOUDEVENT: {"contentType": "application/json", "headers": _headers()}},
            "schemas": schemas,
        },
    }


def text() -> str:
    """Give the document as it is printed, and as it lies in docs/asyncapi.json."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


def _channel(topic: Topic) -> dict[str, Any]:
    types = (_DEAD,) if topic.name == "bnmp.dead-letter" else topic.types
    return {
        "address": topic.name,
        "description": f"Written by {topic.written_by}, read by {topic.read_by}. The key is {topic.key}.",
        "messages": {type_: {"$ref": f"#/components/messages/{type_}"} for type_ in types},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": [topic.policy],
                    "retention.ms": topic.retention_ms,
                    "max.message.bytes": topic.max_message_bytes,
                },
                "bindingVersion": "0.5.0",
            }
        },
    }


def _actions(topic: Topic) -> tuple[str, ...]:
    """What the service does with a topic: SAJ's it reads, its own it writes, and those between its rooms both."""
    if topic.written_by != "relay":
        return ("receive",)
    return ("send", "receive") if topic.read_by in ("sender", "resolver") else ("send",)


def _message(type_: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": type_,
        "traits": [{"$ref": f"#/components/messageTraits/{_CLOUDEVENT}"}],
        "bindings": {"kafka": _key(TOPICS[HOME[type_]])},
        "payload": payload,
        "examples": [
            {"name": name, "payload": named(name)}
            for name in names()
            if name == type_ or (type_ == ISSUED and name.startswith(type_))
        ],
    }


def _dead_letter() -> dict[str, Any]:
    told = {f"dlq_{name}": {"type": "string"} for name in _DLQ}
    return {
        "name": _DEAD,
        "description": "A record that nobody could act upon: its own key, value and headers, and why it is here.",
        "headers": {"type": "object", "properties": told, "required": list(told)},
        "bindings": {"kafka": _key(TOPICS["bnmp.dead-letter"])},
    }


def _headers() -> dict[str, Any]:
    fixed = {
        name: {"type": "string", "description": what} | ({} if word is None else {"const": word})
        for name, (word, what) in _ATTRIBUTES.items()
    }
    free = {name: {"type": "string", "description": what} for name, what in _OPTIONAL.items()}
    return {"type": "object", "properties": fixed | free, "required": list(fixed)}


def _key(topic: Topic) -> dict[str, Any]:
    return {"key": {"type": "string", "description": topic.key}, "bindingVersion": "0.5.0"}
