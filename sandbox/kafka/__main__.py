"""``python -m sandbox.kafka``: a real Kafka on this machine until Ctrl-C.

Exit status: 0 stopped as asked; 2 wrong arguments; 3 jars or Java missing and not to be had; 70 the broker did not
start or ended by itself.
"""

import argparse
import contextlib
import sys
from pathlib import Path

from sandbox.kafka.errors import KafkaSandboxError
from sandbox.kafka.guard import Stop, Wishes, guard


def main(argv: list[str]) -> int:
    """Run a broker as the arguments ``argv`` say until told to stop; give the exit status.

    It takes the process's signals, so it is for a process of its own.
    """
    given = _parser().parse_args(argv)
    wishes = Wishes(
        port=given.port,
        data=given.data,
        remove=given.remove or not (given.keep or given.data),
        with_parent=given.exit_with_parent,
    )
    try:
        guard(wishes, _say)
    except Stop:
        return 0
    except KafkaSandboxError as error:
        _say(f"kafka: {error}")
        return error.status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.kafka",
        description="Run Apache Kafka 4.1 (one node, loopback only) until SIGTERM or Ctrl-C. Once it answers, one JSON "
        "line on standard output says where it is.",
    )
    parser.add_argument("--port", type=int, help="the broker's port (default: a free one)")
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder, kept at the end (default: a new one)")
    at_end = parser.add_mutually_exclusive_group()
    at_end.add_argument("--keep", action="store_true", help="keep the data folder at the end")
    at_end.add_argument("--remove", action="store_true", help="remove the data folder at the end though --data gave it")
    parser.add_argument(
        "--exit-with-parent", action="store_true", help="stop at once when standard input, a pipe, comes to its end"
    )
    return parser


def _say(line: str) -> None:
    # Nobody may be left to read it; the broker's end does not depend on that.
    with contextlib.suppress(BrokenPipeError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
