"""How many examples a property is tried with: few and always the same in `make test`, thousands by chance in `make simulate`."""

import os

from hypothesis import HealthCheck, settings

# How many times as many, and how many at least, as make simulate says; then they are drawn anew, by its seed.
TIMES = int(os.environ.get("SIMULATED_TIMES", "1"))
LEAST = int(os.environ.get("SIMULATED_LEAST", "0"))
SEED = int(os.environ.get("SIMULATED_SEED", "0"))


def examples(count: int, steps: int = 50) -> settings:
    """The settings of a property that `make test` tries with `count` examples, a machine's of so many steps."""
    health = list(HealthCheck)
    return settings(
        max_examples=max(count * TIMES, LEAST),
        derandomize=TIMES == 1 and not LEAST,
        database=None,
        deadline=None,
        suppress_health_check=health,
        stateful_step_count=steps,
    )
