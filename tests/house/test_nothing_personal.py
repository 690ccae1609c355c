"""Nothing personal in the logs (docs/law.md I9): what names a person is pushed through everything that logs."""

import contextlib
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from shutil import copy
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import structlog
from confluent_kafka import KafkaError, KafkaException
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

import consumers.intake
from consumers.clock import Clock
from consumers.intake import Intake
from ledger.batches import Arrival
from ledger.deployment import Deployment
from ledger.engine import Database
from rules.dossier import Court
from rules.windows import Windows
from runtime import roles, shapes
from runtime.logs import configure
from runtime.roles import Wiring
from sandbox.saj.documents import TRIBUNAL
from schemas.reading import Unreadable
from schemas.record import RawRecord
from tests.house.calls import calls
from tests.house.journal import SECRET, journal

EXCEPTION = "exc_info"


_WORDS = st.text("abcdefgilmnoprstuvz", min_size=6, max_size=12).map(str.capitalize)
NAMES = st.lists(_WORDS, min_size=1, max_size=4).map(" ".join)
_ELEVEN = st.text("0123456789", min_size=11, max_size=11)
CPFS = _ELEVEN | _ELEVEN.map(lambda d: f"{d[:3]}.{d[3:6]}.{d[6:9]}-{d[9:]}")
RJIS = _ELEVEN | _ELEVEN.map(lambda d: f"{d[:9]}-{d[9:]}")
PERSONAL = NAMES | NAMES.map(str.upper) | NAMES.map(lambda name: f"TJMS:{name}") | CPFS | RJIS


class Party(BaseModel):
    """A model that refuses what it is given."""

    nome_mae: int
    cpf: int


def _invalid(text: str) -> BaseException:
    try:
        Party.model_validate({"nome_mae": f"{text} x", "cpf": {text: text}})
    except ValidationError as error:
        return error
    raise AssertionError


def _chained(text: str) -> BaseException:
    try:
        try:
            dict[str, str]()[text]
        except KeyError as error:
            raise RuntimeError(f"about {text}") from error
    except RuntimeError as error:
        error.add_note(text)
        return error
    raise AssertionError


@cache
def _refusing() -> sa.Engine:
    engine = Database("sqlite:////dev/null").engine
    return sa.create_engine("sqlite://", hide_parameters=engine.hide_parameters)


def _of_sql(text: str) -> BaseException:
    try:
        with _refusing().connect() as connection:
            connection.execute(sa.text("INSERT INTO nowhere (nome) VALUES (:nome)"), {"nome": text})
    except sa.exc.OperationalError as error:
        return error
    raise AssertionError


def _undecodable(text: str) -> BaseException:
    return UnicodeDecodeError("utf-8", text.encode(), 0, 1, text)


ERRORS: tuple[Callable[[str], BaseException], ...] = (
    ValueError,
    _chained,
    _invalid,
    _of_sql,
    _undecodable,
    lambda text: ExceptionGroup(text, [ValueError(text), _invalid_group(text)]),
    lambda text: KafkaException(KafkaError(KafkaError._FAIL, text)),
)


def _invalid_group(text: str) -> Exception:
    return ValueError([text, {text: text}])


CARRIERS: tuple[Callable[[str], Any], ...] = (
    str,
    str.encode,
    lambda text: [text],
    lambda text: {text: text},
    lambda text: (text, 1),
    lambda text: f"of {text}, who",
    lambda text: SimpleNamespace(nome_mae=text),
    lambda text: KafkaError(KafkaError._FAIL, text),
    *ERRORS,
)


def leaks(text: str, said: str) -> bool:
    """Whether what names somebody can be read in what was said."""
    digits = "".join(filter(str.isdigit, text))
    words = [text, *text.removeprefix("TJMS:").split(), *([digits] if len(digits) == len("12345678901") else [])]
    return any(word in said for word in words)


# The first leak that is found says enough: a smaller one is not looked for.
_HOUSE = settings(deadline=None, phases=[Phase.generate])


def test_every_line_has_a_literal_name_and_keys_of_the_list() -> None:
    # given
    found = calls()
    # then
    assert len(found) > 15
    assert [call.place for call in found if call.event is None or shapes.as_event(call.event) != call.event] == []
    assert [(call.place, key) for call in found for key in call.keys if key not in {*shapes.KEYS, EXCEPTION}] == []


@settings(_HOUSE, max_examples=30)
@given(text=PERSONAL, data=st.data())
def test_no_event_tells_whom_it_is_about_whatever_its_keys_are_given(text: str, data: st.DataObject) -> None:
    # given
    log = structlog.get_logger("of the tests")
    # when
    with journal() as out:
        for call in calls():
            given_keys = {key: data.draw(st.sampled_from(CARRIERS))(text) for key in {*call.keys, "unlisted"}}
            if data.draw(st.booleans()):
                given_keys[EXCEPTION] = data.draw(st.sampled_from(ERRORS))(text)
            getattr(log, call.level)(call.event, **given_keys)
        log.error(text)
        log.error("bench.line %s", text)
        log.info("bench.line", exception=text, level=text, timestamp=text, role=text, _record=text, stack_info=text)
    # then
    assert out.getvalue().count('"event"') >= len(calls())
    assert not leaks(text, out.getvalue())


@settings(_HOUSE, max_examples=30)
@given(text=PERSONAL, make=st.sampled_from(ERRORS), name=st.sampled_from(["aiokafka", "mode", "librdkafka", "asyncio"]))
def test_no_library_tells_it_by_its_own_log_a_warning_or_the_end_of_a_thread(
    text: str, make: Callable[[str], BaseException], name: str
) -> None:
    # given
    theirs, error = logging.getLogger(name), make(text)
    # when
    with journal() as out:
        theirs.error("of %s", text)
        theirs.error("of %r and %s", {text: text}, error)
        # As libraries do.
        theirs.error(f"of {text}")
        theirs.error(f"of {text}: %s", 1)
        theirs.error(error)
        theirs.error("ends", exc_info=error)
        theirs.error("of %(nome)s", {"nome": text})
        theirs.error("too few %s %s", text)
        warnings.showwarning(UserWarning(text), UserWarning, "a file", 1)
        threading.excepthook(threading.ExceptHookArgs((type(error), error, None, threading.current_thread())))
        sys.excepthook(type(error), error, None)
    # then
    assert out.getvalue().count('"event"') >= len(("error", "error", "ends", "hooks"))
    assert not leaks(text, out.getvalue())


@settings(_HOUSE, max_examples=25)
@given(text=PERSONAL, make=st.sampled_from(ERRORS))
def test_what_fails_in_our_own_code_tells_its_class_and_place_alone(
    ledger: Database, text: str, make: Callable[[str], BaseException]
) -> None:
    # given
    clock = Clock(
        ledger, Deployment(Court(TRIBUNAL, ZoneInfo("America/Campo_Grande")), Windows()), cast(Any, None), "one"
    )

    def fail(*_: Any, **__: Any) -> Any:
        raise make(text)

    record = RawRecord("saj.commands", 0, 7, 0, text.encode(), text.encode(), ((text, text.encode()),))
    # when
    with journal() as out, pytest.MonkeyPatch.context() as patch:
        try:
            fail()
        except Exception as error:  # noqa: BLE001 (whatever was made)
            event = SimpleNamespace(type=text, ce_id=text, source=text, body=SimpleNamespace(document_id=text))
            dead = consumers.intake._unprocessable(Arrival(record, cast(Any, event)), error)
        with contextlib.suppress(Exception):
            clock._halving([(text, 1)], fail)
        patch.setattr(consumers.intake, "take", fail)
        with contextlib.suppress(Exception):
            Intake(cast(Database, None), cast(Deployment, None)).take([record])
        patch.setitem(roles.ROLES, "sender", fail)
        patch.setattr(roles, "check", lambda *_: None)
        status = roles._run("sender", cast(Wiring, _Wired()))
    # then
    said = out.getvalue()
    assert status == roles.EXIT_ERROR
    assert all(event in said for event in ("intake.unprocessable", "clock.unprocessable", "role.failed"))
    assert "tests.house.test_nothing_personal" in said
    assert not leaks(text, said + cast(Unreadable, dead.event).detail)


@pytest.fixture(scope="module")
def ledger(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A ledger of this file's tests."""
    opened = Database(f"sqlite:///{copy(template, tmp_path_factory.mktemp('personal') / 'ledger.db')}")
    yield opened
    opened.close()


class _Wired:
    """What `_run` reads of its wiring before the role begins."""

    env = type("Env", (), {"tribunal": "TJMS"})
    database = None


@pytest.mark.parametrize("key", ["why", "topic", "person", "document_id"])
def test_a_planted_leak_is_found(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setitem(cast(dict[str, Any], shapes.KEYS), key, lambda value, _: str(value))
    # when
    with journal() as out:
        structlog.get_logger().error("planted.leak", **{key: ValueError("Pessoa Inventada 70001")})
    # then
    assert leaks("Pessoa Inventada 70001", out.getvalue())


def test_a_person_is_the_same_hash_on_every_line_and_what_is_dropped_is_counted() -> None:
    # given
    counted: list[str] = []
    # when
    with journal() as out:
        logs = configure("json", "sender", secret=SECRET)
        logs.tell = lambda figure, _labels, _value: counted.append(figure)
        log = structlog.get_logger()
        for person in (1, 1, 2):
            log.info("planted.line", person=person, topic="saj.commands", nome="Pessoa Inventada", offset="seven")
    # then
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    hashes = [line["person"] for line in lines]
    assert hashes[0] == hashes[1] != hashes[2]
    assert [set(line) for line in lines] == [{"event", "level", "timestamp", "role", "person", "topic"}] * 3
    assert counted == ["log_keys_dropped"] * 6
