"""The pages of docs/ that are made from the code: `make docs` writes them, a test compares them."""

import json
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from bench._report import RESULTS
from rules.windows import Windows
from runtime.settings import PREFIX, WINDOW_PREFIX, Environment
from schemas import asyncapi
from schemas.figures import FIGURES, ROLES, Row
from schemas.topics import FOREVER, TOPICS, Topic
from tests.house import guarantees

ROOT = Path(__file__).resolve().parents[2]
_DAY_MS = 86_400_000
_MIB = 1_048_576

# What the code cannot say of itself. A setting without a sentence here fails the test, and so does the reverse.
_ENVIRONMENT = {
    "secrets": "A folder in which any of these may lie as a file instead, named as its variable, in small letters.",
    "kafka_bootstrap": "Kafka's addresses, comma-separated.",
    "database_password": "The password of the ledger's database; it is put into an address that has none.",
    "database_url": "The ledger's database.",
    "bnmp_url": "BNMP's base address, without `/api`; the sender, the resolver and the clock need it, and the monitor to compare with it.",
    "bnmp_client_id": "The client id with which a user logs in at BNMP.",
    "credentials": "The folder of `<user>.json` with each user's BNMP login, password and units.",
    "units": "JSON: SAJ's code of a unit to BNMP's organ id, or to `{orgao, access}` with where access to it is asked; a unit that is not in it keeps its code.",
    "tribunal": "The one court that this ledger serves.",
    "timezone": "The court's legal time zone, for every text and date that BNMP or a clerk reads.",
    "custody_events": "JSON: SAJ's codes of custody events to what they mean, in place of the whole default table.",
    "civil_custody_kind": "SAJ's code of the kind of custody that is a civil prison.",
    "discharge_on_fulfilled": "Whether an ordem de desinternação stands on a fulfilled internment only (law.md, ANT-4).",
    "contramandados_among": "Where contingencies of contramandados are resolved: `MANDADOS` or `ALVARAS_ORDENS`.",
    "resolution": "Whose word a contingency awaits before it is registered: `automatic` nobody's, `confirmed` its unit's for every document, `default` its unit's for mandados that no release needs.",
    "places": "BNMP's code of each place of custody, by SAJ's; a guia whose place is not in it waits. Without it nothing is checked (law.md, ANT-9).",
    "cutover_date": "The day on which BNMP 2.0 came to this court; what was issued before is the stock (law.md, exceptional).",
    "instance_id": "This replica's name, like no other's in the same consumer groups.",
    "person_hash_key": "The secret with which commands and logs hash what names a person; without it they show nothing instead.",
    "dead_letter_limit": "So many dead letters among the last twice as many offsets stop their partition.",
    "audit_key": "Makes the codes of the history's chains and of the acts; without it anybody who may write to the ledger could make them. The command line needs it as the roles do.",
    "in_flight": "How many persons sender or resolver work on side by side.",
    "backlog_share": "Which part of those lanes is for what comes back from an outage or a hold while new orders wait as well.",
    "slow_seconds": "From how many seconds on an answer of BNMP may count as slow; much slower than of late, it halves the lanes.",
    "compare_persons_per_hour": "How many persons an hour the monitor compares with BNMP by itself; 0: nobody.",
    "compare_hours": "From which hour of the court's day to which it does so; twice the same hour: all day.",
    "compare_rate": "How many requests it sends to BNMP in a second at most.",
    "log_format": "`json`, `pretty` for people, or `auto`: pretty on a terminal, else JSON.",
    "metrics_port": "The port of `/live`, `/ready`, `/status` and `/metrics`; 0: none.",
    "metrics_host": "The address that they are bound to; whoever reaches it may read them.",
}
_WINDOWS = {
    "connect": "for a connection to BNMP",
    "send": "for sending one request",
    "answer": "for an answer, and before a lease that ran out is taken over",
    "attempt": "for one whole step, whatever requests it needs",
    "lease_margin": "added to an attempt to make a person's lease",
    "retry_liberty": "in which a LIBERTY document's attempts are spent",
    "retry_liberty_attempts": "attempts of a LIBERTY document before contingency is offered",
    "retry_other": "in which another document's attempts are spent",
    "retry_other_attempts": "attempts of another document",
    "breaker_window": "over which the breaker looks at calls",
    "breaker_min_calls": "calls that the window must hold before it may trip",
    "breaker_rate": "share of them that failed to connect at which it trips",
    "breaker_open": "before the first probe after it tripped; doubled each time, with jitter",
    "breaker_open_max": "at most between such probes",
    "probe": "between probes while the link is suspect, and before an unexpected status is read again",
    "evidence": "for which somebody else's failed call or probe still permits contingency",
    "doubt_liberty": "over which a LIBERTY document in doubt is read before it is sent again",
    "doubt_liberty_reads": "such reads",
    "doubt_arrest": "over which any other document in doubt is read before it is sent again",
    "doubt_arrest_reads": "such reads",
    "twin": "from the registration of a warrant that was sent again to the first search for a second piece of it",
    "twin_last": "from that registration to the last search",
    "reask_liberty": "before BNMP is asked again for what a LIBERTY document lacks",
    "reask_other": "likewise for any other",
    "offer_repeat": "before an offer of contingency that nobody answered is repeated for LIBERTY",
    "escalate_chefe": "before the chefe de cartório is told that a release is held",
    "escalate_judge": "before the judge is told so, and between one time and the next",
    "confirm_alarm": "before somebody more is told of a contingency that nobody has confirmed or completed",
    "chain_stands": "after a link of a release's chain that goes on by itself, until it counts as broken",
    "late_status": "from a registration to the second reading of its person's status, ten times that to the third",
    "forced_up_max": "until a link forced up is no longer",
    "pending_fact_alarm": "before what waits for a document that does not come is alarmed",
    "custody_alarm": "before a difference between the history of parties and BNMP is told to the unit",
    "unfit": "of nothing but faults before the operator is told that the registry is unfit",
    "seal": "between the seals over the history's chains",
    "drain_on_term": "for a role to finish its requests after TERM",
}
_COUNTS = ("_attempts", "_calls", "_reads")


def topics() -> str:
    """Give docs/topics.md: one row a topic, and the event types that belong on it."""
    rows = (
        f"| `{topic.name}` | {_key(topic)} | {topic.partitions} | {_policy(topic)} | {topic.max_message_bytes // _MIB} MiB"
        f" | {topic.written_by} | {topic.read_by} |"
        for topic in TOPICS.values()
    )
    types = (
        "\n".join([f"## {topic.name}", "", *(f"- `{name}`" for name in topic.types), ""])
        for topic in TOPICS.values()
        if topic.types
    )
    return "\n".join(
        [
            "# Topics",
            "",
            "Made from `schemas/topics.py` by `make docs`. `saj-bnmp topics create` makes them so, `saj-bnmp topics check`",
            "compares a broker with them. Partition counts are the defaults.",
            "",
            "| topic | key | partitions | policy | largest record | written by | read by |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
            "A dead letter keeps the key, the value and the headers it came with, and whatever type that was.",
            "",
            *types,
        ]
    )


def _key(topic: Topic) -> str:
    # A bare <name> would be read as markup.
    return re.sub(r"\S*<\S+>", r"`\g<0>`", topic.key)


def _policy(topic: Topic) -> str:
    kept = "never" if topic.retention_ms == FOREVER else f"{topic.retention_ms // _DAY_MS} days"
    return topic.policy if topic.policy == "compact" else f"{topic.policy}, {kept}"


def settings() -> str:
    """Give docs/settings.md: every environment variable with its default and an example."""
    return "\n".join(
        [
            "# Settings",
            "",
            "Made from `runtime/settings.py` and `rules/windows.py` by `make docs`. Every setting is an environment variable;",
            "a wrong value stops the start with the variable's name, what is wrong and an example.",
            "",
            "| variable | default | example | what |",
            "|---|---|---|---|",
            *_variables(Environment.model_fields),
            "",
            "## Windows",
            "",
            "Seconds unless the row says otherwise. The defaults are for a court; the demo and the tests use shorter ones.",
            "",
            "| variable | default | unit | how long, or how many |",
            "|---|---|---|---|",
            *_windows(),
            "",
        ]
    )


def _variables(known: Mapping[str, FieldInfo]) -> list[str]:
    if list(known) != list(_ENVIRONMENT):
        raise ValueError(f"describe the settings here, in their order: {set(known) ^ set(_ENVIRONMENT)}")
    return [
        f"| `{PREFIX}{name.upper()}` | {_default(field)} | `{(field.examples or [''])[0]}` | {_ENVIRONMENT[name]} |"
        for name, field in known.items()
    ]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "none: must be set"
    if field.default_factory is socket.gethostname:
        return "the host's name"
    value: Any = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, dict):
        value = json.dumps(value)
    return "none" if value in ("", SecretStr("")) else f"`{value}`"


def _windows() -> list[str]:
    known = {field.name: field.default for field in fields(Windows)}
    if list(known) != list(_WINDOWS):
        raise ValueError(f"describe the windows here, in their order: {set(known) ^ set(_WINDOWS)}")
    rows = ((f"`{WINDOW_PREFIX}{name.upper()}`", known[name], _unit(name), text) for name, text in _WINDOWS.items())
    return ["| " + " | ".join(map(str, row)) + " |" for row in rows]


def _unit(name: str) -> str:
    if name.endswith("_rate"):
        return "share"
    return "count" if name.endswith(_COUNTS) else "s"


def metrics() -> str:
    """Give docs/metrics.md: every metric that a role exports."""
    rows = (f"| `{row.exported}` | {_form(row)} | {_labels(row)} | {_exporters(row)} | {row.what} |" for row in FIGURES)
    return "\n".join(
        [
            "# Metrics",
            "",
            "Made from `schemas/figures.py` by `make docs`; a test holds the table against what a running stack exports. Every",
            "role serves `/metrics` where `SAJ_BNMP_METRICS_PORT` is set, beside `/live` (each loop went on, or was rightly",
            "idle; Kafka is not asked), `/ready` (in its group, or asking for its lease; the ledger is there and at this release's",
            "schema) and `/status` (JSON, for people). Kafka's own lag tools see the groups' committed offsets, which follow the",
            "ledger's cursors.",
            "",
            "No label and no value names a person, a case or a document. What the clock reads from the ledger is a little old: five",
            "seconds, or twenty times what the reading took. Replicas of the clock tell the same: take one, not their sum. The",
            "figures of the process itself (`process_*`: memory, processor time, open files) come with them.",
            "",
            "| metric | form | labels | exported by | what |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _form(row: Row) -> str:
    return "gauge" if row.form == "progress" else row.form


def _labels(row: Row) -> str:
    return ", ".join(f"`{label}`" for label in row.labels)


def _exporters(row: Row) -> str:
    return "every role" if row.roles == ROLES else ", ".join(row.roles)


def benchmarks() -> str:
    """Give docs/benchmarks.md: the last results that were kept, as they are in bench/results/."""
    results = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(RESULTS.glob("*.json"))]
    return "\n".join(
        [
            "# Benchmarks",
            "",
            "Made from `bench/results/` by `make docs`. `make bench` lists the benchmarks, `make bench NAME=processor` runs",
            "one and keeps its result. Machines are noisy, so a floor is on a ratio of two things that were measured in turns",
            "in one run; a figure is the median of five.",
            "",
            *(line for result in results for line in _benchmark(result)),
        ]
    )


def _benchmark(result: Mapping[str, Any]) -> list[str]:
    machine, floors = result["machine"], result["floors"]
    ratios = (
        f"| {what} | {ratio:.2f} | {floors.get(what, '')} | {_verdict(ratio, floors.get(what))} |"
        for what, ratio in result["ratios"].items()
    )
    return [
        f"## {result['name']}",
        "",
        (
            f"{result['at'][:10]}, seed {result['seed']}, {machine['cpus']} processors ({machine['system']}, load"
            f" {machine['load']} at the end), Python {machine['python']}."
        ),
        "",
        "| ratio | | floor | |",
        "|---|---|---|---|",
        *ratios,
        "",
        "| figure | |",
        "|---|---|",
        *(f"| {what} | {_figure(figure)} |" for what, figure in result["figures"].items()),
        "",
    ]


def _verdict(ratio: float, floor: float | None) -> str:
    return "" if floor is None else "holds" if ratio >= floor else "does not hold"


def _figure(figure: float | Mapping[str, float]) -> str:
    if isinstance(figure, Mapping):
        return ", ".join(f"{name} {value:g}" for name, value in figure.items())
    return f"{figure:g}"


PAGES: Mapping[str, Callable[[], str]] = {
    "docs/topics.md": topics,
    "docs/asyncapi.json": asyncapi.text,
    "docs/settings.md": settings,
    "docs/metrics.md": metrics,
    "docs/benchmarks.md": benchmarks,
    "docs/guarantees.md": guarantees.page,
}
"""Each generated page and the function that gives its text."""

if __name__ == "__main__":
    for page, text in PAGES.items():
        (ROOT / page).write_text(text(), encoding="utf-8")
