"""What is worked out the short way is what the long way gives, for persons drawn by the thousand."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rules.antecedents import needs
from rules.chain import view
from rules.divergences import _LOOKS, File, findings
from rules.dossier import Antecedent, Document, Dossier, Person
from rules.kinds import VARIANTS
from rules.words import Kind, PecaStatus, Reason, State
from tests.rules.desk import CASE, COURT, NOW, RJI, document
from tests.rules.examples import examples

CASES = (CASE, "0001235-91.2020.8.12.0001", "")
STATES = (None, *State, State.REGISTERED, State.REGISTERED)
STATUSES = (None, *PecaStatus, "BLOQUEADO")
REASONS = (None, None, Reason.WAITING_ANTECEDENT, Reason.ACCESS)
PERSONS = {1: Person(1, RJI), 2: Person(2, RJI), 3: Person(3)}
seeds = st.integers(0, 10**9)


def number(document_id: str) -> str:
    """The national number of a drawn document."""
    return f"{int(document_id):028d}"


def drawn(seed: int) -> Dossier:
    """A dossier of one to twelve documents of any kind, in any state, most of which name one or two of the others by their ids."""
    chance = random.Random(seed)
    papers: list[Document] = []
    for index in range(chance.randint(1, 12)):
        kind = chance.choice(tuple(Kind))
        named = chance.choices(range(12), k=chance.choice((0, 1, 1, 1, 1, 2)))
        plain = document(str(index), kind, *map(str, named), person=chance.choice((1, 1, 1, 2, 3)))
        state = chance.choice(STATES)
        papers.append(
            replace(
                plain,
                variant=chance.choice(sorted(VARIANTS[kind], key=str)),
                case_number=chance.choice(CASES),
                state=state,
                reason=chance.choice(REASONS) if state is State.HELD else None,
                gaps=("fields.motivo",) if chance.random() < 0.1 else (),
                released_by_judge=chance.random() < 0.9,
                national_number=number(str(index)),
                bnmp_status=chance.choice(STATUSES),
                registered_at=NOW if state is State.REGISTERED else None,
            )
        )
    court = replace(COURT, discharge_on_fulfilled=chance.random() < 0.3)
    return Dossier(NOW, court, persons=PERSONS, documents={one.document_id: one for one in papers})


@examples(400)
@given(seed=seeds)
def test_who_is_named_by_an_id_is_needed_as_who_is_named_by_a_number(seed: int) -> None:
    # given
    dossier = drawn(seed)
    for one in dossier.documents.values():
        others = dossier.documents.keys() - {one.document_id}
        known = [named for named in one.antecedents if named.document_id in others]
        by_id = replace(one, antecedents=tuple(known))
        by_number = tuple(Antecedent(national_number=number(str(named.document_id))) for named in known)
        # then
        assert needs(by_id, dossier) == needs(replace(one, antecedents=by_number), dossier)


@examples(400)
@given(seed=seeds)
def test_what_is_needed_is_the_same_whether_the_needs_of_others_are_known_or_not(seed: int) -> None:
    # given
    dossier = drawn(seed)
    # when
    seen = view(dossier)
    # then
    assert {one: seen.needs[one] for one in dossier.documents} == {
        one: needs(kept, dossier) for one, kept in dossier.documents.items()
    }


@examples(400)
@given(seed=seeds)
def test_of_a_person_without_a_history_no_other_look_finds_a_divergence(seed: int) -> None:
    # given
    dossier = drawn(seed)
    for person in PERSONS:
        file = File(tuple(one for one in dossier.documents.values() if one.person == person), (), COURT.zone)
        # then
        found = findings(person, dossier.documents, (), COURT.zone)
        assert found == [one for look in _LOOKS for one in look(file)]
