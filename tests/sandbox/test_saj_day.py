"""The court's day is the same for the same seed, and its own account of how it must end holds together."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.kinds import VARIANTS
from sandbox.saj.day import ZONE, Day, Publication
from sandbox.saj.documents import TYPE
from sandbox.saj.scenarios import SCENARIOS, Phase
from schemas.codes import Code
from schemas.document_issued import DocumentIssued
from schemas.reading import Event, Unreadable, read
from schemas.record import RawRecord
from schemas.topics import HOME
from schemas.writing import envelope

_NOW = datetime(2026, 11, 20, 17, 5, 0, 123, tzinfo=UTC)
_PHASES = list(Phase)
_DAYS = st.builds(Day.plan, st.integers(1, 40), st.integers(0, 9999), st.just(_NOW))
_FEW = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# By type id: the type ids of what it may stand on.
_ON = {
    2: {1, 10},
    3: {1},
    4: {10},
    5: {1, 10},
    6: {10},
    7: {1},
    9: {10},
    10: {1},
    12: {3, 4, 11, 13},
}


def _read(publication: Publication) -> Event | Unreadable:
    ce_id = publication.ce_id
    headers = envelope(publication.type, ce_id=ce_id, source="/saj/tjms/pg5", time=_NOW) if ce_id else []
    value = publication.raw if publication.data is None else json.dumps(publication.data).encode()
    record = RawRecord(HOME[publication.type], 0, 0, 0, publication.key.encode(), value, tuple(headers))
    return read(record, tribunal="TJMS")


def _events(publications: Iterable[Publication]) -> list[Event]:
    return [event for event in map(_read, publications) if isinstance(event, Event) and event.type == TYPE]


def test_a_day_of_sixty_people_has_about_three_hundred_documents_besides_their_history() -> None:
    # when
    day = Day.plan(now=_NOW)
    # then
    people = {document.key for document in day.documents.values()}
    assert len(people) == 60
    assert 280 <= day.expected.events_published - day.expected.custody_events <= 330
    assert {document.scenario for document in day.documents.values()} == {row.name for row in SCENARIOS}


def test_a_day_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    # when
    one, same, other = (Day.plan(seed=seed, now=_NOW) for seed in (7, 7, 8))
    # then
    assert one == same
    assert not set(one.documents) & set(other.documents)
    identities = [{document.identity[:3] for document in day.documents.values()} for day in (one, other)]
    assert not identities[0] & identities[1]
    names = [{document.identity.person for document in day.documents.values()} for day in (one, other)]
    assert not names[0] & names[1]
    assert one.users == other.users


@_FEW
@given(_DAYS)
def test_every_event_reads_clean_but_for_two_unreadable_ones(day: Day) -> None:
    # when
    found = [_read(publication) for publication in day.publications]
    # then
    dead = [one for one in found if isinstance(one, Unreadable)]
    assert sorted(one.code for one in dead) == [Code.NO_ENVELOPE, Code.UNREADABLE]
    for event in found:
        assert isinstance(event, Unreadable) or (event.gaps, event.unknown_fields) == ((), 0)


@_FEW
@given(_DAYS)
def test_every_document_is_one_of_its_case_kind_person_and_date(day: Day) -> None:
    # when
    issued = {event.data["document_id"]: event.body for event in _events(day.publications)}
    # then
    assert set(issued) == set(day.documents)
    assert len({document.identity for document in day.documents.values()}) == len(day.documents)
    for document_id, body in issued.items():
        assert isinstance(body, DocumentIssued)
        identity = day.documents[document_id].identity
        assert body.case is not None
        assert body.issued_at is not None
        assert identity.case == "".join(filter(str.isdigit, str(body.case.number)))
        assert identity.person == body.party.nome
        assert identity.date == body.issued_at.astimezone(ZONE).strftime("%d/%m/%Y") == "20/11/2026"
        assert body.issued_at < _NOW


@_FEW
@given(_DAYS)
def test_the_totals_are_what_the_events_add_up_to(day: Day) -> None:
    # given what can be counted from the records alone
    totals = day.expected
    events = _events(day.publications)
    documents = {event.data["document_id"]: event.data for event in events}
    # then
    custody = [publication for publication in day.publications if publication.type != TYPE]
    assert totals.custody_events == len(custody) > 0
    assert totals.events_published == len(events) + len(custody) + totals.dead_letters == len(day.publications)
    assert totals.dead_letters == 2
    assert totals.documents == len(documents)
    assert totals.duplicates == len(events) - len(documents)
    assert totals.excluded == sum(not data["model"]["institutional"] for data in documents.values()) > 0
    assert totals.rejected == sum(data["case"]["owner_system"] != "SAJ" for data in documents.values()) == 1
    assert totals.registered == totals.documents - totals.excluded - totals.rejected
    assert totals.contingency_opened == totals.contingency_resolved == totals.certificates > 0
    in_outage = {document.document_id for document in day.documents_of(Phase.OUTAGE)}
    assert totals.contingency_opened + totals.waited_for_link == len(in_outage)
    assert totals.answers >= totals.contingency_opened


@_FEW
@given(_DAYS)
def test_what_a_document_names_is_of_its_case_and_of_a_type_it_may_stand_on_and_published_by_then(day: Day) -> None:
    for document in day.documents.values():
        assert len(document.antecedents) <= (document.identity.type_id in _ON)
        for antecedent in map(day.documents.__getitem__, document.antecedents):
            assert antecedent.identity.type_id in _ON[document.identity.type_id]
            assert antecedent.identity[::2] == document.identity[::2]
            assert antecedent.key == document.key
            assert _PHASES.index(antecedent.phase) <= _PHASES.index(document.phase)


@_FEW
@given(_DAYS)
def test_only_the_outage_asks_and_only_for_kinds_that_the_law_lists(day: Day) -> None:
    for document in day.documents.values():
        eligible = document.identity.type_id in (1, 2, 5, 6, 10)
        assert document.contingency == (document.answer == "SIM")
        if document.phase is Phase.OUTAGE:
            assert document.contingency != document.waited_for_link
            assert (document.answer is not None) == eligible
            assert document.state == "REGISTERED"
        else:
            assert (document.contingency, document.waited_for_link, document.answer) == (False, False, None)


@_FEW
@given(_DAYS)
def test_a_case_is_lawful_and_the_registrys_last_word_follows_from_it(day: Day) -> None:
    # given
    cases: dict[str, dict[str, str]] = {}
    issued = {event.data["document_id"]: event.data for event in _events(day.publications)}
    kinds = {document_id: data["kind"] for document_id, data in issued.items()}
    born = {document_id for document_id, data in issued.items() if data["variant"] == "CONVERSAO_FLAGRANTE"}
    for document_id, document in day.documents.items():
        case = cases.setdefault(document.identity.case, {})
        assert kinds[document_id] not in case, "one of a kind in a case"
        case[kinds[document_id]] = document_id
    # then
    for case in cases.values():
        ended = {name.rpartition("_")[2]: document_id for name, document_id in case.items() if "MANDADO_" in name}
        for kind, document_id in case.items():
            status = day.documents[document_id].status
            sort = "INTERNACAO" if kind == "MANDADO_INTERNACAO" else "PRISAO"
            if not kind.startswith("MANDADO_"):
                assert status == "Ativo"
            elif f"CONTRAMANDADO_{sort}" in case:
                assert status == "Revogado"
                assert f"CERTIDAO_CUMPRIMENTO_{sort}" not in case, "what was fulfilled is not revoked"
            else:
                fulfilled = document_id in born or f"CERTIDAO_CUMPRIMENTO_{sort}" in case
                assert status == ("Cumprido" if fulfilled else "Pendente de Cumprimento")
                freeing = {"ALVARA_SOLTURA", "ORDEM_LIBERACAO", "ORDEM_DESINTERNACAO"} & set(case)
                assert fulfilled or not freeing
        assert ended or set(case) & {
            "ALVARA_SOLTURA",
            "GUIA_RECOLHIMENTO_ACERVO",
            "GUIA_INTERNACAO_ACERVO",
        }


@_FEW
@given(_DAYS)
def test_the_history_follows_its_document_and_a_release_in_it_is_of_somebody_without_other_papers(day: Day) -> None:
    # given
    alone = {row.name for row in SCENARIOS if row.alone}
    scenarios = {document.identity.case: document.scenario for document in day.documents.values()}
    told: dict[str, list[str]] = {}
    # when, then
    for publication in day.publications:
        data = publication.data or {}
        if publication.type == TYPE and data:
            told.setdefault(data["case"]["number"], []).append(data["kind"])
        elif data:
            code, kinds = data["event_code"], told[data["case"]["number"]]
            assert {890: "MANDADO_PRISAO_CRIMINAL", 62: "ALVARA_SOLTURA"}.get(
                code, "CERTIDAO_CUMPRIMENTO_PRISAO"
            ) in kinds
            assert code in (144, 626, 890, 62, 966)
            assert code != 62 or scenarios["".join(filter(str.isdigit, data["case"]["number"]))] in alone


def test_every_kind_and_every_variant_is_issued_in_a_day() -> None:
    # given
    issued = {(event.data["kind"], event.data["variant"]) for event in _events(Day.plan(20, now=_NOW).publications)}
    # then
    assert issued == {(kind, variant) for kind, found in VARIANTS.items() for variant in found} - {
        ("ALVARA_SOLTURA", None)
    }
    assert len({kind for kind, _ in issued}) == 19


def test_what_says_something_of_a_persons_every_paper_is_of_a_person_without_other_cases() -> None:
    # given
    day = Day.plan(20, now=_NOW)
    alone = {row.name for row in SCENARIOS if row.alone}
    # then
    for key in {document.key for document in day.documents.values() if document.scenario in alone}:
        assert len({document.identity.case for document in day.documents.values() if document.key == key}) == 1


@_FEW
@given(_DAYS)
def test_the_unreadable_records_stand_before_nobodys_documents(day: Day) -> None:
    # given
    keys = {publication.key for publication in day.publications if publication.data is None}
    # then
    assert len(keys) == 2
    assert not keys & {document.key for document in day.documents.values()}


@_FEW
@given(_DAYS)
def test_an_event_that_comes_again_has_the_same_content(day: Day) -> None:
    # given
    events = _events(day.publications)
    by_id: dict[str, set[str]] = {}
    by_document: dict[str, set[str]] = {}
    for event in events:
        by_id.setdefault(event.ce_id, set()).add(event.digest)
        by_document.setdefault(event.data["document_id"], set()).add(event.digest)
    # then
    assert {len(digests) for digests in (*by_id.values(), *by_document.values())} == {1}
    # and both ways of coming twice are there
    assert len(by_id) < len(events)
    assert len(by_id) > len(by_document)


def test_successors_also_arrive_before_what_they_stand_on() -> None:
    # given
    day = Day.plan(now=_NOW)
    places: dict[str, int] = {}
    for place, publication in enumerate(day.publications):
        if publication.data is not None and publication.type == TYPE:
            places.setdefault(publication.data["document_id"], place)
    # when
    early = [
        document.identity.type_id
        for document in day.documents.values()
        if any(places[antecedent] > places[document.document_id] for antecedent in document.antecedents)
    ]
    # then contramandados, guias, alvarás, ordens, certidões and conversões do
    assert set(early) == {2, 3, 5, 6, 7, 9, 10, 12}


def test_a_day_without_people_is_refused() -> None:
    with pytest.raises(ValueError, match="person"):
        Day.plan(0)
