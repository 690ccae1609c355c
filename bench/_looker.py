"""A look at the lag of a whole cluster in a process of its own: what it takes, and how much memory the process had at most."""

import json
import os
import resource
import sys
import time

from ledger.engine import Database
from operations.lag import watching
from producers.settings import KafkaSettings


def main() -> None:
    """Look twice, at once and again, and print what each took; the addresses come from the environment."""
    kafka = KafkaSettings(os.environ["SAJ_BNMP_KAFKA_BOOTSTRAP"], "bench")
    database = Database(os.environ["SAJ_BNMP_DATABASE_URL"])
    began, taken, computed = time.perf_counter(), list[float](), 0.0
    with watching(kafka) as watch:
        for _ in range(2):
            before = time.process_time()
            shown = watch.look(database, limit=10**6)
            computed = time.process_time() - before
            taken.append(time.perf_counter() - began)
            began = time.perf_counter()
    database.close()
    behind = sum(line.lag > 0 for line in shown.items)
    measured = sum(line.lag > 0 and line.seconds is not None for line in shown.items)
    told = {"first": taken[0], "second": taken[1], "lines": len(shown.items), "groups": len(shown.groups)}
    told |= {"cpu": computed, "behind": behind, "measured": measured, **shown.look.model_dump()}
    told["mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
