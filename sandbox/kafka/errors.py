"""What can go wrong when the sandbox's Kafka is started, told so that the reader knows what to do."""


class KafkaSandboxError(Exception):
    """The sandbox's Kafka does not run.

    ``status`` is the exit status of ``python -m sandbox.kafka`` for this error: 70, the broker did
    not start or ended by itself.
    """

    status = 70


class NotInstalledError(KafkaSandboxError):
    """Something that the broker is made of (its jars, a Java) is not on this machine and could not be fetched.

    Exit status 3.
    """

    status = 3
