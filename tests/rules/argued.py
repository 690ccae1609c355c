"""Faults that nothing can notice, and why that is right: by their file and the broken line (docs/mutation.md)."""

ARGUED: dict[tuple[str, str], str] = {}
