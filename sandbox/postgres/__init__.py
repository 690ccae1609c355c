"""A real PostgreSQL as a child process: the machine's own, or one that comes as a wheel."""
