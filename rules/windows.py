"""Every window of time, in seconds unless said, as one frozen value. The defaults are the contract's."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Windows:
    """How long the service waits for what; each field is a setting `SAJ_BNMP_WINDOW_<NAME>`."""

    connect: float = 3
    send: float = 10
    answer: float = 20
    attempt: float = 35
    lease_margin: float = 15
    retry_liberty: float = 20
    retry_liberty_attempts: int = 3
    retry_other: float = 120
    retry_other_attempts: int = 5
    breaker_window: float = 30
    breaker_min_calls: int = 5
    breaker_rate: float = 0.5
    breaker_open: float = 5
    breaker_open_max: float = 60
    probe: float = 5
    evidence: float = 60
    doubt_liberty: float = 10
    doubt_liberty_reads: int = 2
    doubt_arrest: float = 600
    doubt_arrest_reads: int = 3
    twin: float = 3600
    twin_last: float = 86400
    reask_liberty: float = 300
    reask_other: float = 3600
    offer_repeat: float = 1800
    escalate_chefe: float = 1800
    escalate_judge: float = 7200
    confirm_alarm: float = 3600
    chain_stands: float = 120
    late_status: float = 60
    forced_up_max: float = 3600
    pending_fact_alarm: float = 3600
    custody_alarm: float = 86400
    unfit: float = 900
    seal: float = 600
    drain_on_term: float = 20

    def retry(self, *, liberty: bool) -> tuple[int, float]:
        """How many attempts a document has of its own, and within how many seconds."""
        if liberty:
            return self.retry_liberty_attempts, self.retry_liberty
        return self.retry_other_attempts, self.retry_other

    def lease(self) -> float:
        """How long a person's lease lasts: one attempt's deadline and a margin."""
        return self.attempt + self.lease_margin
