"""Metrics: the table of figures as Prometheus metrics of one role; telling one must never stop a role."""

import threading
import time
from collections.abc import Callable, Iterable

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from schemas.figures import PREFIX, Figure, Row, rows_of

log = structlog.get_logger(__name__)
Sample = tuple[Figure, tuple[str, ...], float]
"""A gauge that is asked for and not told: its name, its labels' values, its value."""


class Metrics:
    """The metrics of one role. Thread-safe."""

    def __init__(self, role: str, ask: Callable[[], Iterable[Sample]] = tuple) -> None:
        """`ask` gives, whenever somebody looks, the gauges that nobody tells."""
        self._rows: dict[str, Row] = {row.name: row for row in rows_of(role)}
        self._registry = CollectorRegistry()
        self._hands: dict[tuple[Figure, tuple[str, ...]], Callable[[float], None]] = {}
        self._lock = threading.Lock()
        self._told = {name: self._made(row) for name, row in self._rows.items() if name not in ASKED}
        ProcessCollector(registry=self._registry)
        self._registry.register(_Asked([row for name, row in self._rows.items() if name in ASKED], ask))

    def tell(self, figure: Figure, labels: tuple[str, ...], value: float) -> None:
        """Let a figure be known; one that the table does not give this role, or gives other labels, is passed over."""
        hand = self._hands.get((figure, labels))
        if hand is None:
            hand = self._hand(figure, labels)
        hand(value)

    def text(self) -> bytes:
        """All of them, in Prometheus' text format."""
        return generate_latest(self._registry)

    def _made(self, row: Row) -> Counter | Gauge | Histogram:
        name, labels = f"{PREFIX}{row.name}", row.labels
        if row.form == "counter":
            return Counter(name, row.what, labels, registry=self._registry)
        if row.form == "histogram":
            return Histogram(name, row.what, labels, buckets=row.buckets, registry=self._registry)
        return Gauge(name, row.what, labels, registry=self._registry)

    def _hand(self, figure: Figure, labels: tuple[str, ...]) -> Callable[[float], None]:
        """The bound method that takes this figure's values from now on."""
        with self._lock:
            row, made = self._rows.get(figure), self._told.get(figure)
            if row is None or made is None:
                hand: Callable[[float], None] = _nothing
            elif len(labels) != len(row.labels):
                log.error("metrics.wrong_labels", figure=figure)
                hand = _nothing
            else:
                child = made.labels(*labels) if labels else made
                hand = _taking(row, child)
            self._hands[figure, labels] = hand
            return hand


def _taking(row: Row, child: Counter | Gauge | Histogram) -> Callable[[float], None]:
    if isinstance(child, Counter):
        return child.inc
    if isinstance(child, Histogram):
        return child.observe
    gauge = child
    return gauge.set if row.form == "gauge" else lambda _: gauge.set(time.time())


def _nothing(_: float) -> None:
    """A figure that this role does not export."""


ASKED: frozenset[Figure] = frozenset(
    {
        "group_member",
        "partition_lag_records",
        "unfinished_records",
        "oldest_unfinished_seconds",
        "ledger_readable",
        "outbox_rows",
        "inbox_waiting_facts",
        "dead_letters_open",
        "open_documents",
        "oldest_open_seconds",
        "liberty_held",
        "contingencies_left",
        "contingency_wait_seconds",
        "link_state",
        "monitor_sees",
        "group_lag_records",
        "group_lag_seconds",
        "group_commit_age_seconds",
        "group_verdict",
        "open_transaction_records",
        "partition_stopped",
        "look_seconds",
        "look_requests",
        "look_records",
        "audit_round_timestamp_seconds",
        "audit_findings",
        "comparison_finished_timestamp_seconds",
        "divergences",
    }
)
"""What is asked for when somebody looks, so that nothing of a partition that left or a state that emptied lingers."""


class _Asked(Collector):
    def __init__(self, rows: list[Row], ask: Callable[[], Iterable[Sample]]) -> None:
        self._rows, self._ask = rows, ask

    def describe(self) -> Iterable[Metric]:
        return [GaugeMetricFamily(f"{PREFIX}{row.name}", row.what, labels=row.labels) for row in self._rows]

    def collect(self) -> Iterable[Metric]:
        families = {
            row.name: GaugeMetricFamily(f"{PREFIX}{row.name}", row.what, labels=row.labels) for row in self._rows
        }
        for figure, labels, value in self._ask():
            if figure in families:
                families[figure].add_metric(labels, value)
        return families.values()
