"""Apache Kafka 4.1 (KRaft, one node) as a child process, with nothing installed but Python."""
