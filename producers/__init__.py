"""What leaves on Kafka, and the only room that writes to it.

Here live the relay, which publishes the outbox, and the kit with which SAJ's own producers publish.
What does not live here: deciding what is said (rules) and composing it (ledger).
"""
