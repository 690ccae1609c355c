"""Logging: one line an event, and on it only what is on the list of runtime/shapes.py (docs/law.md I9).

Theory of operation. A line of ours has a literal name, and keys whose values each must have their key's shape; what is not
on the list, or has not its shape, is dropped and counted. So a careless line loses a figure, and never tells a secret. An
exception is told by its class and the places it came through (runtime/faults.py).

Who cannot write a line goes on without it: a log that ended a role would hold releases up.

A library's line keeps its place, its text where that is a literal of the library's code, and those of its arguments that
have a shape of ours: whatever else it says may quote what a record holds. A place that repeats itself is limited, and says how many of its lines were held back.
"""

import logging
import sys
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, TextIO, cast

import structlog
from structlog.types import EventDict, Processor

from runtime import faults
from runtime.shapes import KEYS, as_event, library_argument
from runtime.throttle import Throttle
from schemas.figures import Tell, untold

_ERRORS = frozenset({"error", "critical"})
_LIBRARY = "library.line"
LIBRARY_AT_MOST = 5
_OURS_AT_MOST, _SECONDS = 500, 10.0
# Below errors these only tell how they go about their work.
_TALKATIVE = ("aiokafka", "faust", "mode", "asyncio", "alembic")


class Logs:
    """What every line passes through; `tell` may be set later, when the role's figures are there."""

    def __init__(self, role: str, instance: str = "", secret: str = "", *, pretty: bool = False) -> None:
        """`secret` keys the hashes that stand for persons; without it nothing stands for them."""
        self.tell: Tell = untold
        self.last_error = faults.LastError()
        self.out = _Out(self)
        self._secret = secret
        self._names = {"role": role} | ({"instance": instance} if instance else {})
        self._ours, self._theirs = Throttle(_OURS_AT_MOST, _SECONDS), Throttle(LIBRARY_AT_MOST, _SECONDS)
        render: Processor = (
            structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer(ensure_ascii=False)
        )
        stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
        self.processors: list[Processor] = [self.limit, self.listed, structlog.processors.add_log_level, stamp]
        self.processors += [self.told, render]

    def limit(self, _logger: Any, _method: str, event: EventDict) -> EventDict:
        """Let a line through or not, and say how many of its place were not."""
        at = event.pop("_at", None)
        throttle, place, logger = (self._theirs, *at) if at else (self._ours, str(event.get("event")), "saj-bnmp")
        held_back = throttle.pass_by(place)
        if held_back is None:
            self.tell("log_lines_suppressed", (logger,), 1)
            raise structlog.DropEvent
        if held_back:
            event["suppressed"] = held_back
        return event

    def listed(self, _logger: Any, _method: str, event: EventDict) -> EventDict:
        """Keep what is on the list and has its shape."""
        kept: EventDict = {"event": as_event(event.pop("event", None)), "exc_info": event.pop("exc_info", None)}
        for key, value in event.items():
            shape = KEYS.get(key)
            found = shape(value, self._secret) if shape is not None else None
            if found is None:
                self.tell("log_keys_dropped", (), 1)
            else:
                kept[key] = found
        kept.update(self._names)
        return kept

    def told(self, _logger: Any, _method: str, event: EventDict) -> EventDict:
        """Give an exception as its class and places, and keep account of errors."""
        error = _error_of(event.pop("exc_info", None))
        if error is not None:
            event["exception"] = faults.told(error)
        if event.get("level") in _ERRORS:
            self.last_error.note(event["event"], type(error).__qualname__ if error is not None else None)
            self.tell("errors", (event["event"],), 1)
        return event


class _Out:
    """Standard output, as a stream of lines. Where nothing can be written, as on a full disk, lines are lost and nobody ends."""

    def __init__(self, logs: Logs) -> None:
        self._logs = logs

    def write(self, text: str) -> None:
        self._try(lambda: sys.stdout.write(text))

    def flush(self) -> None:
        self._try(sys.stdout.flush)

    def _try(self, do: Callable[[], object]) -> None:
        try:
            do()
        except OSError:
            self._logs.tell("log_lines_lost", (), 1)


class LibraryHandler(logging.Handler):
    """The standard library's logging through the same processors, to standard output."""

    def __init__(self, logs: Logs) -> None:
        """Every line goes through `logs`."""
        super().__init__()
        self._logs = logs

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; a line that cannot be told is told to be one."""
        level = record.levelname.lower()
        try:
            line: Any = _of_library(record)
            for processor in self._logs.processors:
                line = processor(None, level, line)
        except structlog.DropEvent:
            return
        except Exception:  # noqa: BLE001 (whatever it is, the one who logs must not end of it)
            line = f'{{"event": "{_LIBRARY}", "level": "error"}}'
        self._logs.out.write(f"{line}\n")
        self._logs.out.flush()


def configure(form: str, role: str, *, instance: str = "", secret: str = "") -> Logs:
    """Log to standard output as `json`, `pretty`, or `auto` (pretty on a terminal); `role` is on every line.

    Whatever would else write a traceback by itself (the end of a thread or of the interpreter) becomes a line of the log.
    """
    logs = Logs(role, instance, secret, pretty=form == "pretty" or (form == "auto" and sys.stdout.isatty()))
    structlog.configure(
        processors=logs.processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", logs.out)),
    )
    logging.basicConfig(handlers=[LibraryHandler(logs)], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)
    _hook()
    return logs


def _of_library(record: logging.LogRecord) -> EventDict:
    """Give a library's line the form of ours: what it says, without what it quotes."""
    arguments = record.args if isinstance(record.args, tuple) else tuple((record.args or {}).values())
    made: dict[str, Any] = {
        "event": _LIBRARY,
        "logger": record.name,
        "place": f"{record.module}:{record.lineno} {record.funcName}",
        "exc_info": record.exc_info,
        "_at": (f"{record.name}:{record.lineno}", record.name.partition(".")[0]),
    }
    if _is_literal(record):
        made["template"] = record.msg
    if arguments:
        made["values"] = [library_argument(record.name, *each) for each in enumerate(arguments)]
    return made


def _is_literal(record: logging.LogRecord) -> bool:
    """Whether the message stands in the code that logs it, word for word, and was not put together with what it quotes."""
    frame = sys._getframe()  # noqa: SLF001 (the handler runs below whoever logs)
    above: FrameType | None = frame
    while above is not None:
        code = above.f_code
        if (code.co_filename, code.co_name) == (record.pathname, record.funcName):
            return isinstance(record.msg, str) and record.msg in code.co_consts
        above = above.f_back
    return False


def _error_of(given: Any) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1] if isinstance(given[1], BaseException) else None
    return sys.exc_info()[1] if given else None


def _hook() -> None:
    log = structlog.get_logger("runtime")

    def ended(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        log.critical("process.ended", exc_info=error)

    def thread_ended(given: threading.ExceptHookArgs) -> None:
        log.critical("process.thread_ended", exc_info=given.exc_value)

    def unraisable(given: "sys.UnraisableHookArgs") -> None:
        log.error("process.unraisable", exc_info=given.exc_value)

    sys.excepthook = ended
    threading.excepthook = thread_ended
    sys.unraisablehook = unraisable
