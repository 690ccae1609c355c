"""The tables of docs/law.md, which a lawyer reads, say what the tables of rules/ say, which the service obeys."""

import re

import pytest

from rules.authority import TABLE
from rules.kinds import KINDS
from rules.words import PecaStatus, Role
from tests.house.tree import ROOT

FAMILIES = {"MANDADO": "mandado", "CONTRAMANDADO": "contramandado", "ALVARA_ORDEM": "alvará, ordem"}
FAMILIES |= {"GUIA": "guia", "CERTIDAO": "certidão"}


def law() -> str:
    return (ROOT / "docs" / "law.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """The rows of the first table under a heading, without its head."""
    section = re.split(r"^## ", law().partition(f"\n## {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def test_every_kind_is_on_the_page_once() -> None:
    assert [row[0].strip("`") for row in table("kinds")] == list(KINDS)


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_page_says_of_a_kind_what_its_row_says(kind: str) -> None:
    # given
    row = KINDS[kind]
    told = next(cells for cells in table("kinds") if cells[0] == f"`{kind}`")
    # then
    assert told[1:4] == [FAMILIES[row.category], row.effect, str(row.peca)]
    assert told[4] == ("yes" if row.eligible else "no")
    assert told[5] == ", ".join(role.lower() for role in row.signers)
    assert told[6] == (row.releaser.lower() if row.releaser else "anybody of the unit")
    assert told[7] == str(row.priority)
    assert ("pendente" in told[8]) == (PecaStatus.PENDENTE_CUMPRIMENTO in row.in_effect)
    assert ("ativo" in told[8]) == (PecaStatus.ATIVO in row.in_effect)


LETTERS = {"M": Role.MAGISTRADO, "S": Role.SERVIDOR, "C": Role.CHEFE_DE_CARTORIO}
LETTERS |= {"A": Role.ADMINISTRADOR_REGIONAL, "O": Role.OPERADOR}


def test_the_page_says_of_every_command_who_may_give_it() -> None:
    # when
    told = {
        cells[0].strip("`"): [{LETTERS[one] for one in cell.split()} for cell in cells[1:]]
        for cells in table("authority")
    }
    # then
    assert told == {
        command: [row.of_unit, row.anywhere, row.against_liberty or set()] for command, row in TABLE.items()
    }
