"""Faults that nothing can notice, and why that is right: by their file and the broken line (docs/mutation.md)."""

_FOR_THE_TYPES = "the default is for the types alone: whatever comes into this state has a reason"
_MORE = "more is looked at than has to be, and what is looked at without need stays as it is"
ARGUED: dict[tuple[str, str], str] = {
    (
        "casework.py",
        "if part is None or not (part is self.documents and all(one in part for one in document_ids)):",
    ): "a view is made anew that is still good, and shows what it showed",
    (
        "effects.py",
        "self.seeking[document.document_id] = row.person or PersonEvent.WANTED_AGAIN",
    ): "the default is for the types alone: every row that puts a mandado in force says what becomes of the person",
    ("outcomes.py", "reason = after.reason or Reason.NOT_COMMUNICATING"): _FOR_THE_TYPES,
    (
        "outcomes.py",
        'return "bnmp.document.rejected.v1", {"details": messages.ENDS[after.reason or Reason.WITHDRAWN]}',
    ): _FOR_THE_TYPES,
    ("reach.py", "if (one.person in warned or one.kind in _WARNED)"): _MORE,
    ("reach.py", "or (one.person in arrested or one.retroactive and one.kind in MANDADOS)"): _MORE,
    ("reach.py", "or (one.reason is _DEAD_LETTER_AHEAD or one.person not in warned)"): _MORE,
    ("reach.py", "or (one.person in arrested and one.retroactive or one.kind in MANDADOS)"): _MORE,
    ("reach.py", "if one.valid_until or one.valid_until < today and one.reason is not Reason.NEEDS_JUDGE"): _MORE,
    ("reach.py", "if one.valid_until and one.valid_until < today or one.reason is not Reason.NEEDS_JUDGE"): _MORE,
    (
        "reach.py",
        "if one.valid_until and one.valid_until < today and one.reason is not Reason.CHAIN_INCOMPLETE",
    ): "a link of a chain that is not whole waits for its chain, whatever its validity, and is looked at with it",
    ("watching.py", "if one.kind not in _MATTERS and not _has_moved(before, one):"): _MORE,
}
