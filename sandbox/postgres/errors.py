"""What can go wrong when the sandbox's PostgreSQL is started, told so that the reader knows what to do."""


class PostgresSandboxError(Exception):
    """The sandbox's PostgreSQL does not run.

    ``status`` is the exit status of ``python -m sandbox.postgres`` for this error: 70, the server did not start or
    ended by itself.
    """

    status = 70


class NotInstalledError(PostgresSandboxError):
    """There is no PostgreSQL server on this machine that is new enough. Exit status 3."""

    status = 3
