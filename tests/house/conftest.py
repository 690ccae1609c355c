"""Prometheus' own tool tries the alerts' cases where it is; the head of a run says whether it was."""

from tests.promtool import PROMTOOL

collect_ignore = [] if PROMTOOL else ["test_promtool.py"]
