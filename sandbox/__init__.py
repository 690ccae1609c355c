"""The outside world on one machine: a real Kafka without Docker, a BNMP simulator, a SAJ.

It plays the neighbours of the service, and never a part of the service itself. It is blind to
consumers and starts roles only as processes.
"""
