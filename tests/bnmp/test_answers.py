"""One test for each row of the error table, and for each edge between two rows."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bnmp.answers import NO_ANSWER, Seen, Sent, What, classify, retry_after
from rules.words import AnswerClass as A

WRITE = Sent(What.WRITE, complete=True)
UNSENT = Sent(What.WRITE, complete=False)
READ = Sent(What.READ, complete=True)
LOGIN = Sent(What.LOGIN, complete=True)
SILENT = (Seen(failure="time-out answer"), Seen(failure="BrokenError"), Seen())
NOT_THE_REGISTRY = (
    *(Seen(status, b'{"title": "Bad Gateway"}') for status in (502, 503, 504)),
    *(Seen(status, b"<html><body>proxy</body></html>") for status in (200, 201, 404, 409, 422, 500, 503)),
    *(Seen(status, b"") for status in (200, 201, 204, 400, 500)),
    *(Seen(status, b'{"id": 1, "numeroPe') for status in (200, 201)),
    *(Seen(status, b"[1]") for status in (200, 201)),
    Seen(200, b"\xff\xfe"),
    Seen(200, b"[" * 100_000),
    Seen(201, b'{"id": 1}', failure="ClientPayloadError"),
    Seen(201, b"", failure="answer too long"),
    Seen(301, b"{}"),
    Seen(302, b'{"id": 1}'),
)


def seen(status: int, **body: Any) -> Seen:
    return Seen(status, json.dumps({"status": status, "error": "x"} | body).encode())


@pytest.mark.parametrize("nothing", SILENT)
def test_without_an_answer_only_a_write_that_went_out_whole_is_in_doubt(nothing: Seen) -> None:
    assert [classify(sent, nothing)[0] for sent in (WRITE, UNSENT, READ, LOGIN)] == [
        A.UNCERTAIN,
        A.CONNECTION,
        A.CONNECTION,
        A.CONNECTION,
    ]
    assert classify(WRITE, nothing)[1].startswith(NO_ANSWER)


@pytest.mark.parametrize("strange", NOT_THE_REGISTRY)
def test_what_the_registry_did_not_say_is_doubt_after_a_write_and_no_connection_otherwise(strange: Seen) -> None:
    assert classify(WRITE, strange)[0] is A.UNCERTAIN
    assert classify(READ, strange)[0] is A.CONNECTION
    assert classify(LOGIN, strange)[0] is A.CONNECTION


@pytest.mark.parametrize("status", [200, 201])
def test_a_success_needs_an_object_of_json(status: int) -> None:
    assert classify(WRITE, Seen(status, b'{"id": 1}')) == (A.OK, "")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (seen(429), A.THROTTLED),
        (Seen(429, b"<html>"), A.THROTTLED),
        (Seen(429, failure="ClientPayloadError"), A.THROTTLED),
        (seen(401), A.ACCESS),
        (seen(403), A.ACCESS),
        (Seen(403, b"<html>"), A.ACCESS),
        (Seen(401, b""), A.ACCESS),
        (seen(400), A.REFUSED),
        (seen(422), A.REFUSED),
        (seen(404, exception="PecaAntecessoraException"), A.CHAIN),
        (seen(409, exception="br.jus.cnj.PecaAntecessoraException"), A.CHAIN),
        (seen(409, exception="NuncaVistaException"), A.CHAIN),
        (seen(409, exception=7), A.CHAIN),
        (seen(409), A.CHAIN),
        (seen(409, exception="PessoaInativaException"), A.CHAIN),
        (seen(409, exception="PecaDuplicadaException", rjiPrincipal="26000000104"), A.CHAIN),
        (seen(409, exception="PecaJaExisteException"), A.DUPLICATE),
        (seen(409, exception="br.jus.cnj.PecaDuplicadaException"), A.DUPLICATE),
        (seen(409, exception="AssinaturaException"), A.DUPLICATE),
        (seen(500), A.FAULT),
        (seen(501), A.FAULT),
        (seen(405), A.FAULT),
    ],
)
def test_what_the_registry_says_is_taken_at_its_word(answer: Seen, expected: A) -> None:
    assert classify(WRITE, answer)[0] is expected
    assert classify(READ, answer)[0] is expected


@pytest.mark.parametrize(
    ("told", "expected"), [(422, A.REFUSED), (409, A.CHAIN), (403, A.ACCESS), (500, A.FAULT), (503, A.UNCERTAIN)]
)
def test_an_error_that_travels_under_a_200_says_its_own_status(told: int, expected: A) -> None:
    assert classify(WRITE, Seen(200, json.dumps({"status": told, "exception": "XException"}).encode()))[0] is expected


def test_an_error_under_a_200_may_write_its_status_as_text_and_need_not_name_its_exception() -> None:
    assert classify(WRITE, Seen(201, b'{"status": "409", "exception": "PecaJaExisteException"}'))[0] is A.DUPLICATE
    assert classify(WRITE, Seen(200, b'{"status": 422, "message": "campo"}'))[0] is A.REFUSED
    assert classify(WRITE, Seen(200, b'{"status": 422}'))[0] is A.OK


def test_a_piece_whose_status_is_an_object_is_no_error() -> None:
    assert classify(WRITE, Seen(200, b'{"status": {"id": 500}, "error": null}'))[0] is A.OK


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_at_login_a_refusal_is_about_the_person_and_never_about_a_document(status: int) -> None:
    assert classify(LOGIN, seen(status))[0] is A.ACCESS


def test_the_detail_keeps_what_names_the_error_and_nothing_that_could_name_a_person() -> None:
    given = seen(
        422,
        exception="br.jus.cnj.ValidacaoException",
        title="Pessoa Inventada 17",
        message="Pessoa Inventada 17, CPF 12345678909",
        error="Mae Inventada 17",
        path="/api/pessoas/rji/26000000104",
    )
    assert classify(WRITE, given)[1] == "422 br.jus.cnj.ValidacaoException"
    assert classify(WRITE, seen(409, title="Conflict"))[1] == "409 Conflict"
    assert classify(WRITE, seen(409, exception="Rji26000000104Exception"))[1] == "409"
    assert classify(WRITE, seen(403, exception="Pessoa Inventada 17"))[1] == "403"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("999999", 3600.0),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-1", None),
        ("9" * 5000, None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_seconds_or_as_a_date_and_is_bounded(header: str | None, seconds: float | None) -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert retry_after(Seen(429, retry_after=header), now) == seconds
