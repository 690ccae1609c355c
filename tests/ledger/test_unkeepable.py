"""What no database keeps in text (NUL, half a surrogate pair, a name longer than an index takes) harms its record alone."""

import json

import pytest

from ledger.payloads import latest
from ledger.tables import alias, dead_letter
from rules.words import State
from sandbox.saj.documents import TYPE
from schemas.json_text import storable
from tests.ledger.office import ISSUED, Office, key_of, paper

KEYS = [
    b"TJMS:\x00",
    b"TJMS:" + b"x" * 5000,
    b"\x00",
    b"\xed\xa0\x80",
    "TJMS:\U0010ffff".encode(),
]


def neighbours(office: Office) -> None:
    """The records before and after in the same batch are taken as ever."""
    assert [office.standing(name)[0] for name in ("M-1", "M-2")] == [State.READY, State.READY]


@pytest.mark.parametrize("key", KEYS, ids=["nul", "long", "nul-alone", "surrogate", "last-character"])
def test_a_key_that_cannot_be_a_name_goes_to_the_dead_letters_as_it_came(office: Office, key: bytes) -> None:
    # given
    junk = office.raw(ISSUED, b"{not json", {"ce_id": "x"}, key=key, partition=1)
    # when
    taken = office.take(
        office.issued(paper("MANDADO", "M-1", person=1)), junk, office.issued(paper("MANDADO", "M-2", person=2))
    )
    # then
    assert taken.counts == {"document": 2, "dead_letter": 1}
    neighbours(office)
    (letter,) = office.letters()
    assert (letter.key, letter.value) == (key, b"{not json")


@pytest.mark.parametrize("escape", ["\\u0000", "\\ud800"], ids=["nul", "surrogate"])
@pytest.mark.parametrize("where", ["name", "value"])
def test_text_that_cannot_be_kept_spoils_its_field_alone(office: Office, escape: str, where: str) -> None:
    # given
    data = paper("MANDADO", "M-3", person=3)
    data["party"] |= {"name": "ODD"} if where == "value" else {"ODD": 1}
    told = json.dumps(data).replace("ODD", f"a{escape}")
    headers = {
        "ce_specversion": "1.0",
        "ce_id": "odd",
        "ce_source": "/saj",
        "ce_type": TYPE,
        "ce_time": office.hand().isoformat(),
        "content-type": "application/json",
    }
    odd = office.raw(ISSUED, told.encode(), headers, key=key_of(3), partition=1)
    # when
    office.take(office.issued(paper("MANDADO", "M-1", person=1)), odd, office.issued(paper("MANDADO", "M-2", person=2)))
    # then all is kept that can be, and no record is dead for it
    neighbours(office)
    assert office.rows(dead_letter) == []
    with office.database.reading() as connection:
        assert latest(connection, "M-3") == storable(json.loads(told))


def test_a_header_that_cannot_be_kept_as_text_comes_back_as_it_was(office: Office) -> None:
    # given
    junk = office.raw(ISSUED, b"{", {"x\x00": "\x00", "ç": "ã"}, key=None)
    # when
    office.take(junk)
    # then
    (letter,) = office.letters()
    assert letter.headers[:2] == junk.headers
    assert office.rows(alias) == []
