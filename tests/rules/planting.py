"""Planting faults in forked copies of a process, where the tests of the rules are run until one notices.

Nothing is written and no interpreter started: a broken function gets other code in a copy of a process that has
collected the tests; for a broken table the rules are imported anew. Only the tests that run its lines are asked, the
cheapest first, and properties last.
"""

import gc
import mmap
import os
import pickle
import re
import resource
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, TypeVar

import pytest
from coverage import Coverage

from tests.planted import plant
from tests.rules.faults import ROOT, RULES, Fault

T = TypeVar("T")
TESTS = ROOT / "tests" / "rules"
WRITTEN = TESTS / "test_tables.py"
NOTICED, SURVIVED, TIMED_OUT = "noticed", "SURVIVED", "timed out"
_WORDS = {0: SURVIVED, 1: NOTICED, 2: TIMED_OUT}
# A broken rule that makes a test run for ever is noticed too: past so many times what it took, and so many seconds.
_TIMES, _LEAST_S = 30, 5.0
_MEMORY = 4 << 30
_REMEMBERED = 8
_PYTEST = [
    "--noconftest",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
    "-q",
    "--no-header",
    "-p",
    "no:xdist",
    "-s",
    "-m",
]
EXAMPLES, ALL = "not plays and not hypothesis", "not plays"


@dataclass
class Known:
    """What the tests of the rules do when nothing is broken.

    `asked` says which tests are meant. `tests` by file and line of the rules, with "" where a line is run when modules are imported; `took` in seconds.
    """

    asked: str = ALL
    tests: dict[str, dict[int, set[str]]] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)
    properties: set[str] = field(default_factory=set)

    def of(self, fault: Fault) -> set[str]:
        """The tests that run the statement of a fault."""
        lines = self.tests.get(fault.file, {})
        return {test for line in range(fault.lines[0], fault.lines[1] + 1) for test in lines.get(line, ())}

    def order(self, items: Sequence[pytest.Item]) -> list[pytest.Item]:
        """Tests in the order in which they are asked."""
        return sorted(items, key=lambda item: (item.nodeid in self.properties, self.took.get(item.nodeid, 0.0)))


def in_child(task: Callable[[], T]) -> T:
    """What `task` gives in a copy of this process, which is left as it is; its output is its own."""
    reading, writing = os.pipe()
    if child := os.fork():
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            told = pipe.read()
        if os.waitpid(child, 0)[1] or not told:
            raise RuntimeError("a copy of this process ended in an error, which it has told above")
        return pickle.loads(told)  # type: ignore[no-any-return]  # noqa: S301 (our own child's)
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(pickle.dumps(task()))
    os._exit(0)


class _Measuring:
    def __init__(self, coverage: Coverage, known: Known) -> None:
        self._coverage, self._known = coverage, known

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._coverage.switch_context(item.nodeid)
        began = time.process_time()
        done = yield
        self._known.took[item.nodeid] = time.process_time() - began
        if item.get_closest_marker("hypothesis"):
            self._known.properties.add(item.nodeid)
        self._coverage.switch_context("")
        return done


def measure(asked: str) -> Known:
    """Run the tests once and see which lines each runs."""
    known, coverage = Known(asked), Coverage(data_file=None, source=[str(RULES)], config_file=False)
    coverage.start()
    if pytest.main([str(TESTS), *_PYTEST, asked], plugins=[_Measuring(coverage, known)]) != 0:
        raise RuntimeError("the tests of the rules fail with nothing broken")
    coverage.stop()
    data = coverage.get_data()
    for path in data.measured_files():
        contexts = data.contexts_by_lineno(path)
        known.tests[Path(path).name] = {line: set(tests) for line, tests in contexts.items()}
    return known


def _ask(items: Sequence[pytest.Item], known: Known, by: mmap.mmap | None = None) -> None:
    """Run tests until one fails or takes too long, which ends the process; `by` then has its place among them.

    The tests are run without what pytest would tell of them: nobody reads why a fault was noticed.
    """
    signal.signal(signal.SIGVTALRM, lambda *_: os._exit(2))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    for place, item in enumerate(items):
        signal.setitimer(signal.ITIMER_VIRTUAL, max(_LEAST_S, _TIMES * known.took.get(item.nodeid, 0.0)))
        if not _holds(item):
            if by is not None:
                by[:8] = place.to_bytes(8, "little")
            os._exit(1)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _holds(item: pytest.Item) -> bool:
    state: Any = item.session._setupstate
    if not getattr(item, "_request", True):
        item._initrequest()  # type: ignore[attr-defined]  # as pytest's own runner does
    try:
        state.setup(item)
        item.runtest()
    except BaseException:  # noqa: BLE001 (whatever it is, it was noticed)
        return False
    finally:
        state.teardown_exact(None)
    # A state machine is a unittest, which keeps what it raised.
    return not getattr(item, "_excinfo", None)


def _forked(task: Callable[[], object]) -> str:
    """What became of a fault that `task` plants and asks about; whoever ends in any other way has noticed it."""
    if child := os.fork():
        return _WORDS.get(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), NOTICED)
    code = 1
    try:
        # What a test prints of a fault is of no use.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        task()
        code = 0
    finally:
        os._exit(code)


Told = Callable[[Fault, str], None]


class _Functions:
    """Breaks one function after the other once the tests are collected; who noticed the last fault is asked first."""

    def __init__(self, faults: Sequence[Fault], known: Known, told: Told, until: float) -> None:
        self._faults, self._known, self._told, self._until = faults, known, told, until
        self._by = mmap.mmap(-1, 8)
        self._noticed: dict[tuple[str, str | None], list[str]] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        functions = _functions()
        # A copy does not look through what it has from the original.
        gc.freeze()
        for fault in self._faults:
            if time.monotonic() > self._until:
                break
            before = self._noticed.setdefault((fault.file, fault.function), [])
            asked = self._known.order([items[test] for test in self._known.of(fault) if test in items])
            asked.sort(key=lambda item, before=before: item.nodeid not in before)  # type: ignore[misc]
            word = _forked(lambda fault=fault, asked=asked: self._one(fault, asked, functions))  # type: ignore[misc]
            if word == NOTICED and asked:
                test = asked[min(int.from_bytes(self._by[:8], "little"), len(asked) - 1)].nodeid
                before[:] = [test, *(one for one in before if one != test)][:_REMEMBERED]
            self._told(fault, word)
        return True

    def _one(self, fault: Fault, asked: Sequence[pytest.Item], functions: dict[tuple[str, str], Any]) -> None:
        broken = dict(_codes(compile(planted(fault), str(RULES / fault.file), "exec", dont_inherit=True)))
        for name, code in broken.items():
            # What was made inside it before it was broken is broken as well; lambdas have no names of their own.
            if name == fault.function or (name.startswith(f"{fault.function}.<locals>.") and not name.endswith(">")):
                for function in functions.get((fault.file, name), ()):
                    function.__code__ = code
        _ask(asked, self._known, self._by)


def planted(fault: Fault) -> str:
    """The text of its file with a fault in it."""
    return fault.planted((RULES / fault.file).read_text(encoding="utf-8"))


def _codes(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one.co_qualname, one
            yield from _codes(one)


def _functions() -> dict[tuple[str, str], list[FunctionType]]:
    """All functions of the rules by file and qualified name, wherever they hang."""
    found: dict[tuple[str, str], list[FunctionType]] = {}
    for one in gc.get_objects():
        if isinstance(one, FunctionType):
            path = Path(one.__code__.co_filename)
            if path.parent == RULES:
                found.setdefault((path.name, one.__code__.co_qualname), []).append(one)
    return found


def break_functions(faults: Sequence[Fault], known: Known, told: Told, until: float) -> None:
    """Break functions until that instant of the monotonic clock; to be called in a process of its own."""
    pytest.main([str(TESTS), *_PYTEST, known.asked], plugins=[_Functions(faults, known, told, until)])


class _Asking:
    def __init__(self, known: Known, *, properties: bool) -> None:
        self._known, self._properties = known, properties

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        part = [item for item in session.items if bool(item.get_closest_marker("hypothesis")) is self._properties]
        _ask(self._known.order(part), self._known)
        return True


def break_table(fault: Fault, known: Known) -> str:
    """Break a table. It is asked first whether it stands as it is written out; then those whose files name its module."""
    named = re.compile(rf"\b{fault.file.removesuffix('.py')}\b")
    files = sorted(TESTS.glob("test_*.py"))
    near = [file for file in files if named.search(file.read_text(encoding="utf-8"))]
    parts = [([WRITTEN], False), (near, False), (sorted({*files} - {*near}), False)] + [(files, True)] * bool(
        known.properties
    )
    for asked, properties in parts:
        word = _forked(lambda asked=asked, properties=properties: _import_and_ask(fault, asked, known, properties))  # type: ignore[misc]
        if word != SURVIVED:
            return word
    return SURVIVED


def _import_and_ask(fault: Fault, files: Sequence[Path], known: Known, properties: bool) -> None:  # noqa: FBT001 (passed on)
    plant(RULES / fault.file, planted(fault))
    asking = _Asking(known, properties=properties)
    if pytest.main([*map(str, files), *_PYTEST, known.asked], plugins=[asking]) != 0:
        os._exit(1)
