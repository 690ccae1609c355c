"""What the broker is told: server.properties of one KRaft node on the loopback, small, quick, and never inventing topics."""

import random
import socket
from pathlib import Path

from sandbox.kafka.errors import KafkaSandboxError

HOST = "127.0.0.1"

_FIXED = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
    # A topic that is missing must be seen to be missing.
    "auto.create.topics.enable": "false",
    # 2 MiB values (dead letters) and their headers fit, with room to test what is too large.
    "message.max.bytes": str(3 * 1024 * 1024),
    # One node holds every copy of the internal topics; few partitions start quickly.
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    # A test waits for its consumer, not for consumers that might join later.
    "group.initial.rebalance.delay.ms": "0",
    # A broker killed and started again is taken for a double of itself until the old session is over (9 s by default).
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    # The default buffer (128 MiB) is a quarter of this heap.
    "log.cleaner.dedupe.buffer.size": str(8 * 1024 * 1024),
    "num.network.threads": "2",
    "num.io.threads": "4",
}


# Linux hands ports from 32768 on to outgoing connections; one of those, once let go, is soon somebody else's.
_BELOW_EPHEMERAL = range(20_000, 32_000)
_TRIES = 50


def free_ports(broker: int | None) -> tuple[int, int]:
    """Give the ports of broker and controller; ``broker`` asks for that one and no other.

    Raises ``KafkaSandboxError`` when it is taken.
    """
    with _bound(broker) if broker else _free() as first, _free() as second:
        return first.getsockname()[1], second.getsockname()[1]


def _free() -> socket.socket:
    """Hold a free port that no outgoing connection of anybody takes before the broker does."""
    for _ in range(_TRIES):
        try:
            return _bound(random.choice(_BELOW_EPHEMERAL))  # noqa: S311 - a port, no secret
        except KafkaSandboxError:
            continue
    raise KafkaSandboxError("No free port was found: give one by --port.")


def _bound(port: int) -> socket.socket:
    held = socket.socket()
    # As the broker itself binds: a port that merely lingers after a restart is free.
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((HOST, port))
    except (OSError, OverflowError) as error:
        held.close()
        raise KafkaSandboxError(f"Port {port} cannot be used: give another --port, or none for a free one.") from error
    return held


def text(data: Path, broker: int, controller: int) -> str:
    """Give the text of server.properties for the data folder and the two ports."""
    rows = _FIXED | {
        "listeners": f"PLAINTEXT://{HOST}:{broker},CONTROLLER://{HOST}:{controller}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{broker}",
        # Voters by address, not stored in the data: the controller's port may differ after a restart.
        "controller.quorum.voters": f"1@{HOST}:{controller}",
        "log.dirs": str(data / "log"),
    }
    return "".join(f"{name}={value}\n" for name, value in rows.items())
