"""What operators and clerks get of certidões: a list, the text, and a file that opens and prints."""

import json
from pathlib import Path
from zlib import decompress

import pytest

from ledger import acts, certificates
from operations.certificates import REVEALED
from operations.keys import hashed
from rules.certificate import Certificate
from rules.words import CertificateStatus, OwnCertificate
from tests.console.conftest import SECRET, Call
from tests.ledger.office import START, Office

RJI = "12345678901"
SIGNED = ("--reveal", "--by", "m007", "--reason", "juntada aos autos")


@pytest.fixture
def issued(office: Office) -> Certificate:
    """A certidão about a document of a case on paper, and another that SAJ has released."""
    kind = OwnCertificate.CERTIDAO_CONTINGENCIA
    text = f"Certifico que não há mais contingência, RJI {RJI}."
    made = Certificate("TJMS-4:X", "TJMS-4", kind, "FISICO", text, "m007", "0" * 28, RJI, START)
    done = Certificate(
        "TJMS-1:X", "TJMS-1", kind, "DIGITAL", "t", "m007", None, None, START, CertificateStatus.RELEASED, START, "m007"
    )
    with office.database.transaction() as connection:
        certificates.write(connection, [made, done])
    return made


def test_certidoes_are_listed_with_whom_they_name_hashed(call: Call, issued: Certificate) -> None:
    # when
    page = json.loads(call("certificates", "list", "--limit", "1", "--json").stdout)
    rest = json.loads(call("certificates", "list", "--cursor", page["next_cursor"], "--json").stdout)
    waiting = call("certificates", "list", "--status", "PENDING_RELEASE").stdout
    # then
    assert [one["id"] for one in (*page["items"], *rest["items"])] == ["TJMS-1:X", issued.id]
    assert (rest["next_cursor"], rest["items"][0]["rji"]) == (None, hashed(SECRET, RJI))
    assert "TJMS-4:X" in waiting
    assert "TJMS-1:X" not in waiting
    assert call("certificates", "list", "--status", "LOST").exit_code == 2


@pytest.mark.usefixtures("issued")
def test_a_certidao_names_nobody_unless_that_goes_on_record(call: Call, office: Office) -> None:
    # when
    hidden, shown = call("certificates", "export", "TJMS-4:X"), call("certificates", "export", "TJMS-4:X", *SIGNED)
    # then
    assert RJI not in hidden.stdout
    assert RJI in shown.stdout
    with office.database.reading() as connection:
        assert [kept.reason for kept in acts.of(connection, REVEALED, "TJMS-4:X")] == ["juntada aos autos"]
    assert call("certificates", "export", "TJMS-4:X", "--reveal").exit_code == 2
    assert call("certificates", "export", "TJMS-9:X").exit_code == 1


@pytest.mark.usefixtures("issued")
def test_a_certidao_is_a_file_that_opens_and_is_the_same_whenever_it_is_made(call: Call, tmp_path: Path) -> None:
    # given
    files = [tmp_path / "a.pdf", tmp_path / "b.pdf"]
    # when
    for file in files:
        done = call("certificates", "export", "TJMS-4:X", "--format", "pdf", "--to", str(file), *SIGNED)
        assert done.exit_code == 0
    # then
    made = files[0].read_bytes()
    assert made == files[1].read_bytes()
    assert made.startswith(b"%PDF-")
    assert made.rstrip().endswith(b"%%EOF")
    page = decompress(made.split(b"stream\n")[1].split(b"\nendstream")[0]).decode("latin-1")
    assert RJI in page
    assert "Certifico que não há" in page
    assert "CERTIDÃO DE CONTINGÊNCIA" in page
    assert call("certificates", "export", "TJMS-4:X", "--format", "pdf").exit_code == 2
