"""What a record that nobody could read shows of itself, and what it does not."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.masking import as_text, masked
from sandbox.saj.people import invent_people
from tests.ledger.office import paper

PERSON = invent_people(6, 17)[0]
_NAMES = st.text("abcdefgilmnoprstuvzçãé", min_size=4, max_size=12).map(str.capitalize)


def test_the_contracts_words_and_the_marks_between_them_stay() -> None:
    # given
    value = b'{"kind": "MANDADO_PRISAO_CIVIL", "party": {"nome": "Pessoa Inventada", "cpf": "12345678909"}, "secrecy"'
    # when
    shown = as_text(masked(value))
    # then
    assert shown == (
        '{"kind": "MANDADO_PRISAO_CIVIL", "party": {"nome": "xxxxxx xxxxxxxxx", "cpf": "00000000000"}, "secrecy"'
    )


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16"])
def test_nothing_of_a_person_is_left_whatever_its_encoding(encoding: str) -> None:
    # given
    value = json.dumps(paper("MANDADO", "M-1"), ensure_ascii=False).encode(encoding)
    # when
    shown = masked(value)
    # then
    for word in (*PERSON.nome.split(), PERSON.cpf, PERSON.data_nascimento):
        assert str(word).encode(encoding) not in shown
        assert str(word) not in as_text(shown)


@given(st.lists(_NAMES, min_size=1, max_size=4).map(" ".join), st.binary(max_size=8))
def test_no_name_comes_through_whatever_stands_around_it(name: str, around: bytes) -> None:
    # when
    shown = masked(around + name.encode() + around)
    # then
    assert not any(word.encode() in shown for word in name.split())


def test_a_stray_byte_is_seen_and_a_row_of_them_is_not() -> None:
    assert masked(b'"\xe3": \xff\xfe\xfd!') == b'"\xe3": ???!'
    assert as_text(b"a\xe3\x1b[0m\n\x00") == "a\\xe3\\x1b[0m\n\\x00"
