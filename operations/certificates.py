"""Certidões of SAJ's own: listed with whom they are about hashed, and handed out as text or as a file to print."""

from datetime import tzinfo

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from pydantic import AwareDatetime

from ledger import acts, certificates
from ledger.engine import Database
from operations.answers import Answer, Page
from operations.keys import hashed
from rules.certificate import TITLES, Certificate

__all__ = ["REVEALED", "CertificateLine", "CertificatePage", "CertificateShown", "listed", "pdf", "show"]

REVEALED = "CERTIFICATE_REVEALED"
_HIDDEN = "(oculto)"
_MARGIN_MM, _LINE_MM, _TITLE_POINTS, _TEXT_POINTS = 25, 7, 14, 12


class CertificateLine(Answer):
    """A certidão in a listing; it waits for SAJ until `released_at`."""

    id: str
    document_id: str
    kind: str
    medium: str
    status: str
    unit: str | None
    person: int
    rji: str | None
    national_number: str | None
    signer: str | None
    issued_at: AwareDatetime
    released_at: AwareDatetime | None
    released_by: str | None
    instruction: str


class CertificateShown(CertificateLine):
    """A certidão with its text; without `revealed` the text names nobody."""

    text: str
    revealed: bool


CertificatePage = Page[CertificateLine]


def listed(
    database: Database,
    limit: int,
    cursor: str = "",
    *,
    secret: str,
    status: str | None = None,
    unit: str | None = None,
    reveal: tuple[str, str] | None = None,
) -> CertificatePage:
    """Certidões in the order of their ids, from the one after `cursor`; `reveal` is (by, reason) and goes on record."""
    _on_record(database, f"list after {cursor!r}", reveal)
    with database.reading() as connection:
        found = certificates.listed(connection, limit + 1, cursor, status=status, unit=unit)
    lines = tuple(CertificateLine(**_line(*one, secret, revealed=reveal is not None)) for one in found[:limit])
    return CertificatePage(items=lines, next_cursor=lines[-1].id if len(found) > limit else None)


def show(
    database: Database, certificate_id: str, *, secret: str, reveal: tuple[str, str] | None = None
) -> CertificateShown | None:
    """One certidão with its text, or None; without `reveal` (by, reason) the RJI in it is its keyed hash."""
    with database.reading() as connection:
        found = certificates.one(connection, certificate_id)
    if found is None:
        return None
    _on_record(database, certificate_id, reveal)
    made, revealed = found[0], reveal is not None
    line = _line(*found, secret, revealed=revealed)
    text = made.text if revealed or not made.rji else made.text.replace(made.rji, line["rji"] or _HIDDEN)  # type: ignore[arg-type]  # a text
    return CertificateShown(**line, text=text, revealed=revealed)


def pdf(shown: CertificateShown, zone: tzinfo) -> bytes:
    """The certidão as a page to print, the same bytes whenever it is made; dates are in `zone`."""
    page = FPDF(format="A4")
    page.set_creation_date(shown.issued_at)
    page.set_title(TITLES[shown.kind])  # type: ignore[index]  # a kind by its value
    page.set_lang("pt-BR")
    page.set_margin(_MARGIN_MM)
    page.add_page()
    page.set_font("Helvetica", "B", _TITLE_POINTS)
    _write(page, TITLES[shown.kind].upper(), "C")  # type: ignore[index]  # likewise
    page.set_font("Helvetica", "", _TEXT_POINTS)
    day = shown.issued_at.astimezone(zone).strftime("%d/%m/%Y %H:%M:%S")
    for text in (shown.text, f"Emitida em {day}. Certidão {shown.id}.", shown.instruction):
        page.ln(_LINE_MM)
        _write(page, text, "L")
    return bytes(page.output())


def _write(page: FPDF, text: str, align: str) -> None:
    # The printer's own letters know Portuguese; what they lack is shown as a question mark, and stands in the text.
    known = text.encode("latin-1", "replace").decode("latin-1")
    page.multi_cell(0, _LINE_MM, known, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _line(made: Certificate, person: int, unit: str | None, secret: str, *, revealed: bool) -> dict[str, object]:
    names = [name for name in CertificateLine.model_fields if name not in ("person", "unit", "rji")]
    rji = made.rji if revealed or made.rji is None else hashed(secret, made.rji)
    return {name: getattr(made, name) for name in names} | {"person": person, "unit": unit, "rji": rji}


def _on_record(database: Database, what: str, reveal: tuple[str, str] | None) -> None:
    if reveal is not None:
        with database.transaction() as connection:
            acts.write(connection, REVEALED, what, by=reveal[0], reason=reveal[1])
