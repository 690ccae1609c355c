"""The figures: every metric a role exports, one row each, and the one call by which rooms tell them.

Units are seconds, records, rows and documents. A label's values are few and closed: a topic, a partition, a word of the
contract. Never a person, a case or a document (docs/law.md I9). `docs/metrics.md` is made from this table, and a test
holds it against what a running stack exports. A row that is told by nobody here is read from the ledger.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

PREFIX = "saj_bnmp_"

Figure = Literal[
    "audit_findings",
    "audit_round_timestamp_seconds",
    "bnmp_request_seconds",
    "bnmp_requests",
    "batch_seconds",
    "comparison_finished_timestamp_seconds",
    "contingencies_left",
    "contingency_wait_seconds",
    "dead_letters",
    "dead_letters_open",
    "decisions",
    "divergences",
    "errors",
    "events",
    "group_commit_age_seconds",
    "group_lag_records",
    "group_lag_seconds",
    "group_member",
    "group_verdict",
    "incidents",
    "info",
    "inbox_waiting_facts",
    "key_mismatches",
    "lanes_allowed",
    "lanes_busy",
    "lease_held",
    "ledger_readable",
    "liberty_held",
    "link_state",
    "log_keys_dropped",
    "log_lines_lost",
    "log_lines_suppressed",
    "look_records",
    "look_requests",
    "look_seconds",
    "monitor_sees",
    "oldest_open_seconds",
    "oldest_unfinished_seconds",
    "open_documents",
    "open_transaction_records",
    "outbox_rows",
    "partition_lag_records",
    "partition_stopped",
    "progress_timestamp_seconds",
    "records",
    "relay_failed",
    "relay_lag_seconds",
    "relay_published",
    "started_timestamp_seconds",
    "unfinished_records",
    "unknown_fields",
]
Form = Literal["counter", "gauge", "histogram", "progress"]
Tell = Callable[[Figure, tuple[str, ...], float], None]
"""How a room tells a figure: a counter's growth, a gauge's value, one observation; `progress` notes that a loop went on."""

ROLES = ("processor", "relay", "sender", "resolver", "clock", "monitor")
_LANES = ("sender", "resolver")
_GROUPS = ("processor", *_LANES)
_DECIDE = (*_GROUPS, "clock")
_CALLS = (*_LANES, "clock")
_PLACE = ("group", "topic", "partition")
_BATCH_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)
_CALL_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 35.0)


@dataclass(frozen=True, slots=True)
class Row:
    """One metric: its name without prefix (and without a counter's `_total`), who exports it, and by which labels."""

    name: Figure
    form: Form
    what: str
    roles: tuple[str, ...] = ROLES
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    @property
    def exported(self) -> str:
        """The name as Prometheus sees it."""
        return f"{PREFIX}{self.name}{'_total' if self.form == 'counter' else ''}"


FIGURES: tuple[Row, ...] = (
    Row("info", "gauge", "Always 1; who this process is", labels=("role", "instance", "version")),
    Row("started_timestamp_seconds", "gauge", "When this life began; its changes() are the restarts"),
    Row("progress_timestamp_seconds", "progress", "When each loop last went on, or was rightly idle", labels=("loop",)),
    Row("errors", "counter", "Log lines of level error and above, by event; a library's under its own name", labels=("event",)),
    Row("log_keys_dropped", "counter", "Keys of log lines that were not on the list, or held what they must not"),
    Row("log_lines_lost", "counter", "Times that standard output took no log line, as on a full disk"),
    Row("log_lines_suppressed", "counter", "Log lines over the limit of their place, by the library's name", labels=("logger",)),
    Row("records", "counter", "Records taken, by their topic and what is wrong with them (`OK`: nothing)", ("processor",), ("topic", "code")),
    Row("events", "counter", "What became of them", ("processor",), ("became",)),
    Row("key_mismatches", "counter", "Records whose key is not their person's (KEY_MISMATCH)", ("processor",), ("topic",)),
    Row("unknown_fields", "counter", "Fields that no model has, ignored", ("processor",), ("topic",)),
    Row("dead_letters", "counter", "Dead letters written, by code", ("processor",), ("code",)),
    Row("batch_seconds", "histogram", "From a batch's records to its commit", ("processor",), (), _BATCH_SECONDS),
    Row("decisions", "counter", "Decisions on record, by kind and what they came to", _DECIDE, ("kind", "state", "reason")),
    Row("incidents", "counter", "Incidents said of documents, by kind", _DECIDE, ("kind",)),
    Row("group_member", "gauge", "1 in the consumer group and its cursors read, else 0", _GROUPS),
    Row("partition_lag_records", "gauge", "From the ledger's cursor to the end as last fetched; frozen while Kafka is away", _GROUPS, ("topic", "partition")),
    Row("unfinished_records", "gauge", "Records read ahead that ask for something yet", _LANES, ("topic",)),
    Row("oldest_unfinished_seconds", "gauge", "Age of the oldest of them by its own time stamp; 0 where there is none", _LANES, ("topic",)),
    Row("lanes_busy", "gauge", "Persons that are worked on now", _LANES),
    Row("lanes_allowed", "gauge", "Persons that may be worked on side by side, as the registry bears it; 0 while it asks for patience", _LANES),
    Row("bnmp_requests", "counter", "Requests to BNMP, by operation and HTTP status, or why none came", _CALLS, ("operation", "outcome")),
    Row("bnmp_request_seconds", "histogram", "From a request's begin to its answer or its failure", _CALLS, ("operation",), _CALL_SECONDS),
    Row("lease_held", "gauge", "1 while this process is the active one, 0 on standby", ("relay", "clock")),
    Row("relay_published", "counter", "Outbox rows that the broker answered for", ("relay",), ("topic",)),
    Row("relay_failed", "counter", "Deliveries that the broker or the client refused", ("relay",), ("topic",)),
    Row("relay_lag_seconds", "gauge", "Age of the oldest row of the last batch; 0 when nothing waits", ("relay",)),
    Row("ledger_readable", "gauge", "1 when the ledger could be read for the figures below, else 0", ("clock",)),
    Row("outbox_rows", "gauge", "Rows that wait in the outbox", ("clock",)),
    Row("inbox_waiting_facts", "gauge", "Facts that wait for their document", ("clock",)),
    Row("dead_letters_open", "gauge", "Dead letters neither redriven nor discarded", ("clock",)),
    Row("open_documents", "gauge", "Documents that are not terminal", ("clock",), ("state", "reason")),
    Row("oldest_open_seconds", "gauge", "For how long the oldest of them has stood so", ("clock",), ("state", "reason")),
    Row("liberty_held", "gauge", "LIBERTY documents that are held (docs/law.md safety-4)", ("clock",)),
    Row("contingencies_left", "gauge", "Documents issued under contingency that are not registered, and whom they wait for", ("clock",), ("effect", "waits_for")),
    Row("contingency_wait_seconds", "gauge", "Since the oldest of them may be resolved: opened, and the link is back; 0 while it is away", ("clock",), ("effect", "waits_for")),
    Row("link_state", "gauge", "1 for the state of the link to BNMP, 0 for the others", ("clock",), ("state",)),
    Row("monitor_sees", "gauge", "1 when Kafka and the ledger could be looked at for the figures below, else 0", ("monitor",)),
    Row("group_lag_records", "gauge", "From a group's committed offset to the end, any group of the cluster", ("monitor",), _PLACE),
    Row("group_lag_seconds", "gauge", "Age of its oldest unfinished record by its own time stamp; 0 without lag", ("monitor",), _PLACE),
    Row("group_commit_age_seconds", "gauge", "Since its last commit, where that was in the last five minutes", ("monitor",), _PLACE),
    Row("group_verdict", "gauge", "1 for the verdict on a group, its worst partition's, 0 for the others", ("monitor",), ("group", "verdict")),
    Row("open_transaction_records", "gauge", "Records behind an open transaction, which nobody may read yet", ("monitor",), ("topic", "partition")),
    Row("partition_stopped", "gauge", "1 for a partition that stopped for its dead letters", ("monitor",), ("topic", "partition")),
    Row("look_seconds", "gauge", "What the last look took", ("monitor",)),
    Row("look_requests", "gauge", "Requests to the brokers that it made", ("monitor",)),
    Row("look_records", "gauge", "Records that it read, most of them of Kafka's topic of offsets", ("monitor",)),
    Row("audit_round_timestamp_seconds", "gauge", "When the history was last checked from its begin to its end; before the first time, when this began", ("monitor",)),
    Row("audit_findings", "gauge", "What of it did not hold then", ("monitor",)),
    Row("comparison_finished_timestamp_seconds", "gauge", "When everybody was last compared with BNMP to the end; before the first time, when that began; none where nobody is to be", ("monitor",)),
    Row("divergences", "gauge", "Differences from BNMP that were told and stand", ("monitor",), ("kind",)),
)  # fmt: skip


def untold(figure: Figure, labels: tuple[str, ...], value: float) -> None:
    """Tell nobody: what rooms do with their figures where nobody asked for them."""


def rows_of(role: str) -> tuple[Row, ...]:
    """The rows that a role exports."""
    return tuple(row for row in FIGURES if role in row.roles)


if {row.name for row in FIGURES} != set(get_args(Figure)) or len(FIGURES) != len(get_args(Figure)):
    raise TypeError("every figure has one row")
