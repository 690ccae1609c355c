"""Write jars.json anew: ``python -m sandbox.kafka.pin``, by hand, when Kafka's version changes.

It resolves the coordinates below with their run-time dependencies, checks each jar against the SHA-1 that its
repository publishes, and pins name, size and SHA-256.
"""

import hashlib
import json
import sys
import tempfile
import time
from pathlib import Path

from jgo.util import http

from sandbox.kafka.errors import KafkaSandboxError
from sandbox.kafka.jars import PINS, VERSION, Pin
from sandbox.kafka.maven import READ_SECONDS, context

ROOTS = (f"org.apache.kafka:kafka_2.13:{VERSION}", "org.slf4j:slf4j-simple:1.7.36")
"""The broker, and a logging binding that writes to standard error, which the guard sends to a file."""


def main() -> int:
    """Resolve, download, check and write; give the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        maven = context(Path(folder), time.monotonic() + 600, local=False)
        roots = [maven.create_dependency(root) for root in ROOTS]
        given, transitive = maven.resolver.resolve(roots)
        needed = given + [found for found in transitive if found.scope in {"compile", "runtime"}]
        pins = sorted(_pin(found.artifact).row() for found in needed)
    PINS.write_text("[\n" + ",\n".join("  " + json.dumps(row) for row in pins) + "\n]\n", encoding="utf-8")
    sys.stderr.write(f"{len(pins)} jars pinned, {sum(row[1] for row in pins)} bytes\n")
    return 0


def _pin(artifact: object) -> Pin:
    jar = Path(artifact.resolve())  # type: ignore[attr-defined] # jgo is not typed
    content = jar.read_bytes()
    address = _published(artifact)
    said = http.get(f"{address}.sha1", timeout=READ_SECONDS)
    if said.status_code != 200 or said.text.split()[0] != hashlib.sha1(content, usedforsecurity=False).hexdigest():
        raise KafkaSandboxError(f"{jar.name} does not match the SHA-1 that its repository publishes")
    coordinate = f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}"  # type: ignore[attr-defined] # likewise
    return Pin(coordinate, len(content), hashlib.sha256(content).hexdigest())


def _published(artifact: object) -> str:
    repository = artifact.context.remote_repos["central"]  # type: ignore[attr-defined] # likewise
    folder = artifact.component.path_prefix.as_posix()  # type: ignore[attr-defined] # likewise
    return f"{repository}/{folder}/{artifact.filename}"  # type: ignore[attr-defined] # likewise


if __name__ == "__main__":
    sys.exit(main())
