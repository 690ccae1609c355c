"""How everything that writes to Kafka here reaches it."""

import logging
from dataclasses import dataclass
from typing import Any

LIBRDKAFKA = "librdkafka"
"""The logger to which librdkafka's own lines go; else it would write to standard error by itself."""

# The client's own bound on one record. The topic's is the one that counts (schemas/topics.py); this lies above the
# largest of them, so that the broker says no and not the client.
_LARGEST_RECORD = 3 * 1_048_576


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """Where Kafka is (`host:port`, comma-separated) and the name under which its logs know us."""

    bootstrap: str
    client_id: str = "saj-bnmp"

    def producer_config(self) -> dict[str, Any]:
        """Give the configuration of every producer: a record is written once, in order, and acknowledged by all.

        The partitioner is the one of Kafka's Java clients: the client's default would send a person elsewhere.
        """
        return self.client_config() | {
            "partitioner": "murmur2_random",
            "enable.idempotence": True,
            "acks": "all",
            "linger.ms": 5,
            "compression.type": "lz4",
            "message.max.bytes": _LARGEST_RECORD,
        }

    def client_config(self) -> dict[str, Any]:
        """Give what every client of ours has in common; below errors librdkafka keeps its lines to itself."""
        logger = logging.getLogger(LIBRDKAFKA)
        return {"bootstrap.servers": self.bootstrap, "client.id": self.client_id, "log_level": 3, "logger": logger}

    def admin_config(self) -> dict[str, Any]:
        """Give the configuration of a client that only asks and manages: whoever asks is told what failed."""
        return self.client_config() | {"log_level": 0}
