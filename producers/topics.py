"""The topics as the contract wants them: made where they are missing, compared where they are there."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)

from producers.settings import KafkaSettings
from schemas.topics import FOREVER, TOPICS, Topic

CALL = "saj-bnmp topics create"
_SECONDS = 20.0
_LOOK_SECONDS = 0.05
_PARTITIONS_REMEDY = (
    f"{CALL} makes it right only where the topic is missing: remove a topic that holds nothing, "
    "or add partitions with Kafka's own tools"
)


class KafkaUnreachableError(Exception):
    """Kafka did not answer a question about its topics, or refused it: check the bootstrap address and its log."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done about a topic; `MENDED`: some of its configuration was set to the contract's."""

    topic: str
    act: Literal["CREATED", "MENDED", "KEPT"]


@dataclass(frozen=True, slots=True)
class Problem:
    """How a topic differs from the contract; with an `error` the service does not start. `remedy` is what mends it."""

    topic: str
    severity: Literal["error", "warning"]
    what: str
    remedy: str = CALL


@dataclass(frozen=True, slots=True)
class _Found:
    """A topic as it is: partition count and those of its settings that the contract speaks of."""

    partitions: int
    config: Mapping[str, str]


def create(
    settings: KafkaSettings,
    topics: Mapping[str, Topic] = TOPICS,
    replication: int = 1,
    partitions: int | None = None,
) -> list[Done]:
    """Create the topics that are missing and mend the settings of those that are there; a second call changes nothing.

    `partitions` lowers the table's counts, for a small machine. Partition counts of topics that are there, longer
    retentions and larger records are left alone: changing those could move or lose records. Raises
    `KafkaUnreachableError`.
    """
    admin = _admin(settings)
    found = _found(admin, topics)
    missing = [row for row in topics.values() if row.name not in found]
    mended = {row.name: wrong for row in topics.values() if (wrong := _mends(row, found.get(row.name)))}
    # The client stays in a variable until its futures are resolved: they die with it.
    for future in _create(admin, missing, replication, partitions) + _alter(admin, mended):
        _asked(_settle, future)
    _await_shown(admin, topics, {*mended, *(row.name for row in missing)})
    made = {row.name for row in missing}
    return [Done(name, "CREATED" if name in made else "MENDED" if name in mended else "KEPT") for name in topics]


def check(
    settings: KafkaSettings,
    topics: Mapping[str, Topic] = TOPICS,
    partitions: int | None = None,
) -> list[Problem]:
    """Compare the topics with the contract; `partitions` as in `create`. Raises `KafkaUnreachableError`."""
    found = _found(_admin(settings), topics)
    problems: list[Problem] = []
    for row in topics.values():
        there = found.get(row.name)
        problems += (
            [Problem(row.name, "error", "is missing")] if there is None else _differences(row, there, partitions)
        )
    return problems


def _differences(row: Topic, found: _Found, partitions: int | None) -> list[Problem]:
    problems = []
    wanted = _partitions(row, partitions)
    if found.partitions != wanted:
        what = f"has {found.partitions} partitions instead of {wanted}"
        problems.append(Problem(row.name, "error", what, _PARTITIONS_REMEDY))
    mends = _mends(row, found)
    for name, value in _config(row).items():
        is_now = found.config[name]
        if name in mends:
            severity: Literal["error", "warning"] = "warning" if name == "max.message.bytes" else "error"
            problems.append(Problem(row.name, severity, f"has {name} {is_now} instead of {value}"))
        elif is_now != value and not _is_moot(row, name):
            remedy = f"nothing is lost by it; set {name} to {value} with Kafka's own tools if it is not meant"
            problems.append(Problem(row.name, "warning", f"has {name} {is_now} instead of {value}", remedy))
    return problems


def _mends(row: Topic, found: _Found | None) -> dict[str, str]:
    """Give the settings that must be set: another policy, or less room than the contract promises."""
    if found is None:
        return {}
    return {
        name: value
        for name, value in _config(row).items()
        if not _is_moot(row, name) and _FALLS_SHORT[name](found.config[name], value)
    }


def _is_moot(row: Topic, name: str) -> bool:
    """Whether a setting has no effect: a compacted topic keeps the last record of a key whatever its age."""
    return name == "retention.ms" and row.policy == "compact"


def _is_shorter(found: str, wanted: str) -> bool:
    return int(found) != FOREVER and (int(wanted) == FOREVER or int(found) < int(wanted))


_FALLS_SHORT: Mapping[str, Callable[[str, str], bool]] = {
    "cleanup.policy": lambda found, wanted: found != wanted,
    "retention.ms": _is_shorter,
    "max.message.bytes": lambda found, wanted: int(found) < int(wanted),
}


def _config(row: Topic) -> dict[str, str]:
    return {
        "cleanup.policy": row.policy,
        "retention.ms": str(row.retention_ms),
        "max.message.bytes": str(row.max_message_bytes),
    }


def _partitions(row: Topic, most: int | None) -> int:
    return row.partitions if most is None else min(row.partitions, most)


def _admin(settings: KafkaSettings) -> Any:
    return AdminClient(settings.admin_config())


def _found(admin: Any, topics: Mapping[str, Topic]) -> dict[str, _Found]:
    there = _asked(admin.list_topics, timeout=_SECONDS).topics
    resources = [ConfigResource(ResourceType.TOPIC, name) for name in topics if name in there]
    if not resources:
        return {}
    described = _asked(admin.describe_configs, resources, request_timeout=_SECONDS)
    found = {}
    for resource, future in described.items():
        entries = _asked(future.result, _SECONDS)
        config = {name: str(entries[name].value) for name in _FALLS_SHORT}
        found[resource.name] = _Found(len(there[resource.name].partitions), config)
    return found


def _create(admin: Any, rows: list[Topic], replication: int, partitions: int | None) -> list[Any]:
    if not rows:
        return []
    new = [NewTopic(row.name, _partitions(row, partitions), replication, config=_config(row)) for row in rows]
    return list(_asked(admin.create_topics, new, operation_timeout=_SECONDS).values())


def _alter(admin: Any, mends: Mapping[str, Mapping[str, str]]) -> list[Any]:
    if not mends:
        return []
    resources = [
        ConfigResource(
            ResourceType.TOPIC,
            topic,
            incremental_configs=[
                ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET) for name, value in wrong.items()
            ],
        )
        for topic, wrong in mends.items()
    ]
    return list(_asked(admin.incremental_alter_configs, resources, request_timeout=_SECONDS).values())


def _await_shown(admin: Any, topics: Mapping[str, Topic], changed: Collection[str]) -> None:
    """Wait until the broker shows what its controller has done; it answers from its own copy, which comes later."""
    deadline = time.monotonic() + _SECONDS
    while changed:
        found = _found(admin, topics)
        changed = [name for name in changed if name not in found or _mends(topics[name], found[name])]
        if changed and time.monotonic() > deadline:
            raise KafkaUnreachableError(f"Kafka does not show what was done about {', '.join(sorted(changed))}")
        if changed:
            time.sleep(_LOOK_SECONDS)


def _settle(future: Any) -> None:
    try:
        future.result(_SECONDS)
    except KafkaException as error:
        # Somebody else created it a moment ago.
        if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise


def _asked(ask: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    try:
        return ask(*arguments, **options)
    except (KafkaException, TimeoutError) as error:
        raise KafkaUnreachableError(f"Kafka did not do what was asked about topics: {error}") from error
