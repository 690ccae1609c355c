"""What the house costs. Each module without a leading underscore is one benchmark: `make bench NAME=processor`.

Here live the workloads, the loops that set the marks, and the last results (`results/NAME.json`), which docs/benchmarks.md
shows. What does not live here: tests, and anything that the service needs.

Machines differ and are noisy, so a floor is always on a ratio of two things measured in turns in one run, and a figure is
the median of five.
"""
