"""On a broker that has had no group yet nobody coordinates any: what is asked about groups is answered all the same.

Each command has a process of its own, for there the client's admin calls do not come back, or end the process.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from consumers.groups import TOPICS
from ledger.engine import Database
from ledger.migrate import migrate
from operations.offsets import offsets_init
from producers.settings import KafkaSettings
from producers.topics import create
from tests.edges import servers

_SECONDS = 90


def test_offsets_and_lag_are_shown_before_any_group_was_there(tmp_path: Path) -> None:
    # given
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with servers.kafka() as bootstrap:
        kafka, database = KafkaSettings(bootstrap, "saj-bnmp.test"), Database(url)
        create(kafka, partitions=2)
        migrate(database, "TJMS")
        settings = {"SAJ_BNMP_DATABASE_URL": url, "SAJ_BNMP_KAFKA_BOOTSTRAP": bootstrap}
        # when
        without_cursors = shown(settings, "offsets", "show")
        lag = shown(settings, "lag", "--group", "saj-bnmp.sender")
        offsets_init(kafka, database, "earliest")
        database.close()
        with_cursors = shown(settings, "offsets", "show")
    # then
    assert (without_cursors["items"], lag["items"]) == ([], [])
    assert [line["committed"] for line in with_cursors["items"]] == [None] * len(with_cursors["items"]) != []
    for told, names in ((without_cursors, [*TOPICS]), (with_cursors, [*TOPICS]), (lag, ["saj-bnmp.sender"])):
        assert [(group["group"], group["state"]) for group in told["groups"]] == [(name, "DEAD") for name in names]


def shown(settings: dict[str, str], *words: str) -> dict[str, Any]:
    """What a command answers."""
    done = subprocess.run(
        [sys.executable, "-m", "console", *words, "--json"],
        env=os.environ | settings,
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
