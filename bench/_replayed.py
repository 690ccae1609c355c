"""A plain loop over SAJ's documents, as a life of its own; replay is compared with it.

`python -m bench._replayed COUNT PARTITIONS`: so many records are taken, and one JSON line tells what it took.
"""

import json
import os
import resource
import sys
import time

from confluent_kafka import Consumer, TopicPartition

from bench._intake import intake
from bench._workload import BATCH, TOPIC
from consumers.groups import consumer_config
from ledger.engine import Database
from operations.records import raw
from producers.settings import KafkaSettings
from runtime.leash import hold_on_to_parent

_POLL_SECONDS = 0.05


def main(count: int, partitions: int) -> None:
    """Take `count` records from the first on, and tell how long it took and the most memory that was used."""
    hold_on_to_parent()
    consumer = Consumer(consumer_config(KafkaSettings(os.environ["SAJ_BNMP_KAFKA_BOOTSTRAP"]), "bench-loop", "loop"))
    database = Database(os.environ["SAJ_BNMP_DATABASE_URL"])
    into, done = intake(database), 0
    consumer.assign([TopicPartition(TOPIC, number, 0) for number in range(partitions)])
    began = time.perf_counter()
    while done < count:
        records = [raw(message) for message in consumer.consume(BATCH, _POLL_SECONDS) if not message.error()]
        if records:
            into.take(records, gaps=False)
            done += len(records)
    seconds = time.perf_counter() - began
    database.close()
    consumer.close()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"count": done, "seconds": seconds, "mb": megabytes}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
