"""What happens when something arrives.

Here live the intake (records in, one transaction out), the processor that Faust carries, sender and
resolver with the lanes they share, and the clock for what falls due. What does not live here: rules,
tables, BNMP's words, and anything that writes to Kafka.
"""
