"""Every row of the tables of the rules once more, each with the place in docs/law.md that it comes from.

A row that is not here is nobody's law, and one that reads otherwise is wrong in one of the two places: whoever changes
a table says so twice, with its source.
"""

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from rules import breaker, pieces, situation, transmission
from rules.custody import EVENTS
from rules.effects import EFFECTS
from rules.kinds import KINDS
from rules.messages import HOLDS
from rules.prerequisites import ROWS

Written = Mapping[tuple[str, str], str]
LAW = Path(__file__).parents[2] / "docs" / "law.md"

# A state with its arrows, EVENT>STATE, and how what has no arrow is refused where that has a name.
# fmt: off
TRANSMISSION: dict[tuple[str, str], str] = {
    ("READY", "safety-3"): "GO>READY HOLD>HELD OPEN>CONTINGENCY BEGIN>SENDING REJECT>REJECTED EXCLUDE>EXCLUDED",
    ("HELD", "safety-3"): "GO>READY HOLD>HELD DOUBT>UNCERTAIN OPEN>CONTINGENCY REJECT>REJECTED EXCLUDE>EXCLUDED",
    ("SENDING", "safety-1"): "GO>READY HOLD>HELD BEGIN>SENDING OPEN>CONTINGENCY RETURN>CONTINGENCY REGISTER>REGISTERED DOUBT>UNCERTAIN EXCLUDE>EXCLUDED",
    ("UNCERTAIN", "safety-27"): "GO>READY HOLD>HELD DOUBT>UNCERTAIN OPEN>CONTINGENCY RETURN>CONTINGENCY REGISTER>REGISTERED",
    ("CONTINGENCY", "safety-17"): "BEGIN>SENDING RETURN>CONTINGENCY EXCLUDE>EXCLUDED",
    ("REGISTERED", "safety-1"): "",
    ("REJECTED", "safety-3"): "",
    ("EXCLUDED", "safety-29"): "",
}
PIECES: dict[tuple[str, str], str] = {
    ("EM_ELABORACAO", "safety-1"): "SIGNED_BY_CLERK>AGUARDANDO_ASSINATURA ACTIVATED>ATIVO ANNULLED>ANULADO DELETED>EXCLUIDO else UNSIGNED",
    ("AGUARDANDO_ASSINATURA", "safety-1"): "PUT_IN_FORCE>PENDENTE_CUMPRIMENTO BORN_FULFILLED>CUMPRIDO ACTIVATED>ATIVO ANNULLED>ANULADO DELETED>EXCLUIDO else UNSIGNED",
    ("PENDENTE_CUMPRIMENTO", "cancellation"): "FULFILLED>CUMPRIDO FORCED>CUMPRIDO REVOKED>REVOGADO LAPSED>EXPIRADO ANNULLED>ANULADO else IN_FORCE",
    ("CUMPRIDO", "effects"): "UNDONE>PENDENTE_CUMPRIMENTO else FULFILLED_ALREADY",
    ("EXPIRADO", "cancellation"): "REVOKED>REVOGADO ANNULLED>ANULADO else EXPIRED",
    ("REVOGADO", "effects"): "UNDONE>PENDENTE_CUMPRIMENTO else REVOKED_ALREADY",
    ("ATIVO", "cancellation"): "ANNULLED>ANULADO else NOT_A_MANDADO",
    ("EXCLUIDO", "cancellation"): "else GONE",
    ("ANULADO", "cancellation"): "else GONE",
}
PERSONS: dict[tuple[str, str], str] = {
    ("EM_LIBERDADE", "effects"): "WANTED>PROCURADO WANTED_AGAIN>FORAGIDO ARRESTED>PRESO_PROVISORIO INTERNED>INTERNADO_PROVISORIO DIED>FALECIDO SENTENCED>PRESO_EXECUCAO_DEFINITIVA MEASURE_BEGUN>INTERNADO_EXECUCAO else AT_LIBERTY",
    ("PROCURADO", "effects"): "WANTED>PROCURADO WANTED_AGAIN>FORAGIDO ARRESTED>PRESO_PROVISORIO INTERNED>INTERNADO_PROVISORIO DIED>FALECIDO NO_LONGER_WANTED>EM_LIBERDADE FREED>EM_LIBERDADE else NOT_HELD",
    ("FORAGIDO", "effects"): "WANTED>FORAGIDO WANTED_AGAIN>FORAGIDO ARRESTED>PRESO_PROVISORIO INTERNED>INTERNADO_PROVISORIO DIED>FALECIDO NO_LONGER_WANTED>EM_LIBERDADE FREED>EM_LIBERDADE else NOT_HELD",
    ("PRESO_PROVISORIO", "effects"): "WANTED_AGAIN>FORAGIDO FREED>EM_LIBERDADE DIED>FALECIDO TERM_ENDED>EM_LIBERDADE INTERNED>INTERNADO_PROVISORIO SENTENCED_PROVISIONALLY>PRESO_EXECUCAO_PROVISORIA SENTENCED>PRESO_EXECUCAO_DEFINITIVA else HELD_ALREADY",
    ("PRESO_EXECUCAO_PROVISORIA", "effects"): "WANTED_AGAIN>FORAGIDO FREED>EM_LIBERDADE DIED>FALECIDO INTERNED>INTERNADO_PROVISORIO SENTENCED>PRESO_EXECUCAO_DEFINITIVA else HELD_ALREADY",
    ("PRESO_EXECUCAO_DEFINITIVA", "effects"): "WANTED_AGAIN>FORAGIDO FREED>EM_LIBERDADE DIED>FALECIDO INTERNED>INTERNADO_PROVISORIO else HELD_ALREADY",
    ("INTERNADO_PROVISORIO", "effects"): "WANTED_AGAIN>FORAGIDO FREED>EM_LIBERDADE DIED>FALECIDO TERM_ENDED>EM_LIBERDADE MEASURE_BEGUN>INTERNADO_EXECUCAO else INTERNED_ALREADY",
    ("INTERNADO_EXECUCAO", "effects"): "WANTED_AGAIN>FORAGIDO FREED>EM_LIBERDADE DIED>FALECIDO else INTERNED_ALREADY",
    ("FALECIDO", "effects"): "else DEAD",
}
LINK: dict[tuple[str, str], str] = {
    ("UP", "safety-15"): "CALL_FAILED>SUSPECT TRIPPED>DOWN PROBE_FAILED>SUSPECT",
    ("SUSPECT", "safety-15"): "CALL_FAILED>SUSPECT PROBE_FAILED>SUSPECT TRIPPED>DOWN PROBE_OK>UP",
    ("DOWN", "safety-20"): "CALL_FAILED>DOWN TRIPPED>DOWN PROBE_DUE>PROBING",
    ("PROBING", "safety-21"): "CALL_FAILED>PROBING TRIPPED>PROBING PROBE_OK>UP PROBE_FAILED>DOWN",
    ("FORCED_DOWN", "safety-19"): "",
    ("FORCED_UP", "safety-19"): "",
}
EFFECT_ROWS: dict[tuple[str, str], str] = {
    ("MANDADO_PRISAO_CRIMINAL", "effects"): "PUT_IN_FORCE - WANTED ALWAYS",
    ("MANDADO_PRISAO_CRIMINAL/RECAPTURA", "effects"): "PUT_IN_FORCE - WANTED_AGAIN ALWAYS",
    ("MANDADO_PRISAO_CRIMINAL/CONVERSAO_FLAGRANTE", "effects"): "BORN_FULFILLED - ARRESTED ALWAYS",
    ("MANDADO_PRISAO_CIVIL", "effects"): "PUT_IN_FORCE - WANTED ALWAYS",
    ("MANDADO_INTERNACAO", "effects"): "PUT_IN_FORCE - WANTED ALWAYS",
    ("MANDADO_INTERNACAO/CONVERSAO", "effects"): "PUT_IN_FORCE - WANTED ALWAYS",
    ("CONTRAMANDADO_PRISAO", "effects"): "ACTIVATED REVOKED NO_LONGER_WANTED NOBODY_SEEKS",
    ("CONTRAMANDADO_INTERNACAO", "effects"): "ACTIVATED REVOKED NO_LONGER_WANTED NOBODY_SEEKS",
    ("ALVARA_SOLTURA", "effects"): "ACTIVATED - FREED NOBODY_HOLDS",
    ("ALVARA_SOLTURA/MANDADO_CUMPRIDO", "effects"): "ACTIVATED - FREED NOBODY_HOLDS",
    ("ALVARA_SOLTURA/PRISAO_FLAGRANTE", "effects"): "ACTIVATED - FREED NOBODY_HOLDS",
    ("ORDEM_LIBERACAO", "effects"): "ACTIVATED - FREED NOBODY_HOLDS",
    ("ORDEM_DESINTERNACAO", "effects"): "ACTIVATED FULFILLED FREED NOBODY_HOLDS",
    ("GUIA_RECOLHIMENTO_PROVISORIA", "effects"): "ACTIVATED - SENTENCED_PROVISIONALLY ALWAYS",
    ("GUIA_RECOLHIMENTO_DEFINITIVA", "effects"): "ACTIVATED - SENTENCED ALWAYS",
    ("GUIA_RECOLHIMENTO_ACERVO", "effects"): "ACTIVATED - SENTENCED ALWAYS",
    ("GUIA_INTERNACAO_PROVISORIA", "effects"): "ACTIVATED - MEASURE_BEGUN ALWAYS",
    ("GUIA_INTERNACAO_DEFINITIVA", "effects"): "ACTIVATED - MEASURE_BEGUN ALWAYS",
    ("GUIA_INTERNACAO_ACERVO", "effects"): "ACTIVATED - MEASURE_BEGUN ALWAYS",
    ("CERTIDAO_CUMPRIMENTO_PRISAO", "effects"): "ACTIVATED FULFILLED ARRESTED ALWAYS",
    ("CERTIDAO_CUMPRIMENTO_INTERNACAO", "effects"): "ACTIVATED FULFILLED INTERNED ALWAYS",
    ("CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE", "effects"): "ACTIVATED - DIED ALWAYS",
    ("CERTIDAO_ARQUIVAMENTO_GUIA", "effects"): "ACTIVATED - - ALWAYS",
    ("CERTIDAO_ALTERACAO_UNIDADE_REGIME", "effects"): "ACTIVATED - - ALWAYS",
}
KIND_ROWS: dict[tuple[str, str], str] = {
    ("MANDADO_PRISAO_CRIMINAL", "kinds"): "MANDADO ARREST 1 eligible SERVIDOR+MAGISTRADO MAGISTRADO 2 WARRANT",
    ("MANDADO_PRISAO_CIVIL", "kinds"): "MANDADO ARREST 1 eligible SERVIDOR+MAGISTRADO MAGISTRADO 2 WARRANT",
    ("MANDADO_INTERNACAO", "kinds"): "MANDADO ARREST 10 eligible SERVIDOR+MAGISTRADO MAGISTRADO 2 WARRANT",
    ("CONTRAMANDADO_PRISAO", "kinds"): "CONTRAMANDADO LIBERTY 2 eligible SERVIDOR+MAGISTRADO MAGISTRADO 0 ATIVO",
    ("CONTRAMANDADO_INTERNACAO", "kinds"): "CONTRAMANDADO LIBERTY 2 eligible SERVIDOR+MAGISTRADO MAGISTRADO 0 ATIVO",
    ("ALVARA_SOLTURA", "kinds"): "ALVARA_ORDEM LIBERTY 5 eligible SERVIDOR+MAGISTRADO MAGISTRADO 0 ATIVO",
    ("ORDEM_LIBERACAO", "kinds"): "ALVARA_ORDEM LIBERTY 5 eligible SERVIDOR+MAGISTRADO MAGISTRADO 0 ATIVO",
    ("ORDEM_DESINTERNACAO", "kinds"): "ALVARA_ORDEM LIBERTY 6 eligible SERVIDOR+MAGISTRADO MAGISTRADO 0 ATIVO",
    ("GUIA_RECOLHIMENTO_PROVISORIA", "kinds"): "GUIA NEUTRAL 3 waits SERVIDOR+MAGISTRADO anybody 4 ATIVO",
    ("GUIA_RECOLHIMENTO_DEFINITIVA", "kinds"): "GUIA NEUTRAL 3 waits SERVIDOR+MAGISTRADO anybody 4 ATIVO",
    ("GUIA_RECOLHIMENTO_ACERVO", "kinds"): "GUIA NEUTRAL 11 waits SERVIDOR+MAGISTRADO anybody 5 ATIVO",
    ("GUIA_INTERNACAO_PROVISORIA", "kinds"): "GUIA NEUTRAL 4 waits SERVIDOR+MAGISTRADO anybody 4 ATIVO",
    ("GUIA_INTERNACAO_DEFINITIVA", "kinds"): "GUIA NEUTRAL 4 waits SERVIDOR+MAGISTRADO anybody 4 ATIVO",
    ("GUIA_INTERNACAO_ACERVO", "kinds"): "GUIA NEUTRAL 13 waits SERVIDOR+MAGISTRADO anybody 5 ATIVO",
    ("CERTIDAO_CUMPRIMENTO_PRISAO", "kinds"): "CERTIDAO NEUTRAL 7 waits SERVIDOR anybody 3 ATIVO",
    ("CERTIDAO_CUMPRIMENTO_INTERNACAO", "kinds"): "CERTIDAO NEUTRAL 9 waits SERVIDOR anybody 3 ATIVO",
    ("CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE", "kinds"): "CERTIDAO NEUTRAL 8 waits SERVIDOR anybody 1 ATIVO",
    ("CERTIDAO_ARQUIVAMENTO_GUIA", "kinds"): "CERTIDAO NEUTRAL 12 waits SERVIDOR anybody 3 ATIVO",
    ("CERTIDAO_ALTERACAO_UNIDADE_REGIME", "kinds"): "CERTIDAO NEUTRAL 14 waits SERVIDOR anybody 3 ATIVO",
}
PREREQUISITES: dict[tuple[str, str], str] = {
    ("ALVARA_SOLTURA/MANDADO_CUMPRIDO", "ANT-1"): "MANDADO_PRISAO_CIVIL+MANDADO_PRISAO_CRIMINAL | CUMPRIDO | DEMANDED ANTECEDENTS - ORDEM_DESINTERNACAO",
    ("ALVARA_SOLTURA/PRISAO_FLAGRANTE", "ANT-2"): "MANDADO_INTERNACAO+MANDADO_PRISAO_CIVIL+MANDADO_PRISAO_CRIMINAL | - | NONE NOTHING - -",
    ("ORDEM_LIBERACAO", "ANT-3"): "MANDADO_INTERNACAO+MANDADO_PRISAO_CIVIL+MANDADO_PRISAO_CRIMINAL | CUMPRIDO | DEMANDED ANTECEDENTS - -",
    ("ORDEM_DESINTERNACAO", "ANT-4"): "MANDADO_INTERNACAO | CUMPRIDO+PENDENTE_CUMPRIMENTO | IF_ISSUED ANTECEDENTS - ALVARA_SOLTURA",
    ("CONTRAMANDADO_PRISAO", "ANT-5"): "MANDADO_PRISAO_CIVIL+MANDADO_PRISAO_CRIMINAL | EXPIRADO+PENDENTE_CUMPRIMENTO | NONE ANTECEDENTS ALVARA_SOLTURA CONTRAMANDADO_INTERNACAO",
    ("CONTRAMANDADO_INTERNACAO", "ANT-6"): "MANDADO_INTERNACAO | EXPIRADO+PENDENTE_CUMPRIMENTO | NONE ANTECEDENTS ORDEM_DESINTERNACAO CONTRAMANDADO_PRISAO",
    ("CERTIDAO_CUMPRIMENTO_PRISAO", "ANT-7"): "MANDADO_PRISAO_CIVIL+MANDADO_PRISAO_CRIMINAL | PENDENTE_CUMPRIMENTO | NONE ANTECEDENTS - -",
    ("CERTIDAO_CUMPRIMENTO_INTERNACAO", "ANT-8"): "MANDADO_INTERNACAO | PENDENTE_CUMPRIMENTO | NONE ANTECEDENTS - -",
    ("GUIA_RECOLHIMENTO_PROVISORIA", "ANT-9"): "MANDADO_PRISAO_CIVIL+MANDADO_PRISAO_CRIMINAL | CUMPRIDO | DEMANDED ANTECEDENTS - -",
    ("GUIA_RECOLHIMENTO_DEFINITIVA", "ANT-9"): "MANDADO_PRISAO_CIVIL+MANDADO_PRISAO_CRIMINAL | CUMPRIDO | DEMANDED ANTECEDENTS - -",
    ("GUIA_INTERNACAO_PROVISORIA", "ANT-10"): "MANDADO_INTERNACAO | CUMPRIDO | DEMANDED ANTECEDENTS - -",
    ("GUIA_INTERNACAO_DEFINITIVA", "ANT-10"): "MANDADO_INTERNACAO | CUMPRIDO | DEMANDED ANTECEDENTS - -",
    ("MANDADO_INTERNACAO/CONVERSAO", "ANT-11"): "MANDADO_PRISAO_CIVIL+MANDADO_PRISAO_CRIMINAL | CUMPRIDO | DEMANDED ANTECEDENTS - -",
    ("CERTIDAO_ARQUIVAMENTO_GUIA", "ANT-12"): "GUIA_INTERNACAO_ACERVO+GUIA_INTERNACAO_DEFINITIVA+GUIA_INTERNACAO_PROVISORIA+GUIA_RECOLHIMENTO_ACERVO+GUIA_RECOLHIMENTO_DEFINITIVA+GUIA_RECOLHIMENTO_PROVISORIA | ATIVO | NONE ANTECEDENTS - -",
    ("CERTIDAO_ALTERACAO_UNIDADE_REGIME", "custody"): "GUIA_INTERNACAO_ACERVO+GUIA_INTERNACAO_DEFINITIVA+GUIA_INTERNACAO_PROVISORIA+GUIA_RECOLHIMENTO_ACERVO+GUIA_RECOLHIMENTO_DEFINITIVA+GUIA_RECOLHIMENTO_PROVISORIA+MANDADO_INTERNACAO+MANDADO_PRISAO_CIVIL+MANDADO_PRISAO_CRIMINAL | ATIVO+CUMPRIDO | DEMANDED ORDER - -",
}
CUSTODY: dict[tuple[str, str], str] = {
    ("PRISAO", "custody"): "begins MANDADO_INTERNACAO+MANDADO_PRISAO_CRIMINAL - penal",
    ("RECAPTURA", "custody"): "begins MANDADO_INTERNACAO+MANDADO_PRISAO_CRIMINAL - penal",
    ("CONVERSAO_FLAGRANTE", "custody"): "begins MANDADO_PRISAO_CRIMINAL CONVERSAO_FLAGRANTE penal",
    ("PRISAO_CIVIL", "custody"): "begins MANDADO_PRISAO_CIVIL - civil",
    ("ALVARA_SOLTURA", "custody"): "ends - - penal",
    ("TERMINO_PRISAO", "custody"): "ends - - penal",
}
WHO_ACTS: dict[tuple[str, str], str] = {
    ("WAITING_ANTECEDENT", "safety-4"): "nobody",
    ("MISSING_ANTECEDENT", "safety-4"): "SERVIDOR",
    ("WAITING_LINK", "safety-4"): "nobody",
    ("AWAITING_CONSENT", "safety-4"): "SERVIDOR",
    ("MISSING_DATA", "safety-4"): "SERVIDOR",
    ("ACCESS", "safety-4"): "MAGISTRADO",
    ("DEAD_LETTER_AHEAD", "safety-4"): "OPERADOR",
    ("DIVERGENCE", "safety-4"): "SERVIDOR",
    ("NEEDS_JUDGE", "safety-4"): "MAGISTRADO",
    ("CHAIN_INCOMPLETE", "safety-4"): "SERVIDOR",
    ("ANTECEDENT_CYCLE", "safety-4"): "SERVIDOR",
    ("REFUSED_BY_BNMP", "safety-4"): "SERVIDOR",
    ("REGISTRY_FAULT", "safety-4"): "OPERADOR",
    ("UNCERTAIN_OUTCOME", "safety-4"): "SERVIDOR",
}
# fmt: on


def arrows(table: Mapping[Any, Mapping[Any, Any]], refusals: Mapping[Any, str] | None = None) -> dict[str, str]:
    """A machine as it is written out above."""
    told = {str(state): [f"{event}>{to}" for event, to in row.items()] for state, row in table.items()}
    return {state: " ".join([*row, *(["else", refusals[state]] if refusals else [])]) for state, row in told.items()}


def names(found: Iterable[str]) -> str:
    """Some kinds or statuses."""
    return "+".join(sorted(found)) or "-"


def name(of: Enum | None) -> str:
    """One name, or that there is none."""
    return of.name if of is not None else "-"


def key(kind: str, variant: str | None) -> str:
    """A kind and its variant."""
    return f"{kind}/{variant}" if variant else kind


def kinds() -> dict[str, str]:
    """The rows of rules/kinds.py."""
    told = {}
    for kind, row in KINDS.items():
        first = f"{row.category} {row.effect} {row.peca} {'eligible' if row.eligible else 'waits'}"
        counts = "ATIVO" if row.in_effect == {"ATIVO"} else "WARRANT"
        told[kind] = f"{first} {'+'.join(row.signers)} {row.releaser or 'anybody'} {row.priority} {counts}"
    return told


def effects() -> dict[str, str]:
    """The rows of rules/effects.py."""
    return {
        key(*kind): f"{name(row.own)} {name(row.reached)} {name(row.person)} {row.proviso.name}"
        for kind, row in EFFECTS.items()
    }


def prerequisites() -> dict[str, str]:
    """The rows of rules/prerequisites.py."""
    told = {}
    for row in ROWS:
        ends = f"{row.certidao.name} {row.demand.name} {name(row.fulfilled)} {name(row.strange)}"
        told[key(row.kind, row.variant)] = f"{names(row.on)} | {names(row.statuses)} | {ends}"
    return told


def custody() -> dict[str, str]:
    """The rows of rules/custody.py."""
    return {
        event: f"{'begins' if row.begins else 'ends'} {names(row.mandados)} {name(row.variant)} "
        f"{'civil' if row.civil else 'penal'}"
        for event, row in EVENTS.items()
    }


TABLES: list[tuple[Written, dict[str, str]]] = [
    (TRANSMISSION, arrows(transmission.TRANSITIONS)),
    (PIECES, arrows(pieces.TRANSITIONS, pieces.REFUSALS)),
    (PERSONS, arrows(situation.TRANSITIONS, situation.REFUSALS)),
    (LINK, arrows(breaker.TRANSITIONS)),
    (KIND_ROWS, kinds()),
    (EFFECT_ROWS, effects()),
    (PREREQUISITES, prerequisites()),
    (CUSTODY, custody()),
    (WHO_ACTS, {reason: str(role or "nobody") for reason, (role, _) in HOLDS.items()}),
]
IDS = ["transmission", "pieces", "persons", "link", "kinds", "effects", "prerequisites", "custody", "holds"]


@pytest.mark.parametrize(("written", "table"), TABLES, ids=IDS)
def test_every_row_of_the_table_is_the_one_that_is_written_out_with_its_source(
    written: Written, table: dict[str, str]
) -> None:
    # given
    told = {row: text for (row, _), text in written.items()}
    # then
    assert table == told
    assert len(table) == len(written), "as many rows as sources"


@pytest.mark.parametrize("written", [written for written, _ in TABLES], ids=IDS)
def test_every_source_that_is_cited_stands_in_the_law(written: Written) -> None:
    # given
    law = LAW.read_text(encoding="utf-8")
    anchors = set(re.findall(r"^#{2,3} (\S+)$", law, re.MULTILINE)) | set(re.findall(r"\*\*(ANT-\d+)\*\*", law))
    # then
    assert {source for _, source in written} <= anchors


def test_a_new_document_enters_by_five_doors() -> None:
    assert {"READY", "HELD", "CONTINGENCY", "REJECTED", "EXCLUDED"} == transmission.ENTRY
