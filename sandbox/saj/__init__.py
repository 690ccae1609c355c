"""A SAJ that issues documents about invented people, and knows how each of them must end.

It reads no rule of the service: what must become of a document is written down here a second time, case by case, so
that a demo or a drill compares two readings. What does not live here: judging what the service did (its callers do).
"""
