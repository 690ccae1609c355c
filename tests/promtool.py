"""Prometheus' own tool for rules, where this machine has it (Debian: prometheus); `.ci/run` installs it."""

import shutil

PROMTOOL = shutil.which("promtool")
