"""What travels. The pydantic models of every event and outcome, the topics, the golden samples.

Here bytes become events, or are named unreadable with a reason of the closed list. What does not
live here: what an event means for a person (rules), and where it is kept (ledger).
"""
