"""Faults that nothing can notice, and why that is right: by their file and the broken line (docs/mutation.md)."""

_FOR_THE_TYPES = "the default is for the types alone: whatever comes into this state has a reason"
ARGUED: dict[tuple[str, str], str] = {
    (
        "effects.py",
        "self.seeking[document.document_id] = row.person or PersonEvent.WANTED_AGAIN",
    ): "the default is for the types alone: every row that puts a mandado in force says what becomes of the person",
    ("outcomes.py", "who, remedy = messages.HOLDS[after.reason or Reason.NOT_COMMUNICATING]"): _FOR_THE_TYPES,
    (
        "outcomes.py",
        'return "bnmp.document.rejected.v1", {"details": messages.ENDS[after.reason or Reason.WITHDRAWN]}',
    ): _FOR_THE_TYPES,
    (
        "outcomes.py",
        'return "bnmp.document.ignored.v1", {"remedy": messages.ENDS[after.reason or Reason.OUT_OF_SCOPE]}',
    ): _FOR_THE_TYPES,
}
