"""Prometheus' own tool for rules, where this machine has it (Debian: prometheus); `.ci/run` takes it out of the package."""

import shutil

PROMTOOL = shutil.which("promtool")
