"""A release with all that it waits for, in any order and with anything in between: what holds of its chain at every step.

What is waited for is read here from what the papers name and from no rule (docs/law.md safety-8, safety-10, safety-11).
"""

from dataclasses import replace
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from rules.acts import RetryAsked
from rules.casework import is_asking
from rules.dossier import Document, Person
from rules.kinds import PRIORITY_LIBERTY
from rules.words import AnswerClass, Kind, LinkState, PecaStatus, Role, State, Step, Variant
from tests.rules.desk import ALVARA, CERTIDAO, CONTRAMANDADO, RJI, Desk, document, good, piece
from tests.rules.examples import examples
from tests.rules.invariants import Watched, is_mandado

CIVIL, INTERNACAO = Kind.MANDADO_PRISAO_CIVIL, Kind.MANDADO_INTERNACAO
DISCHARGE = Kind.ORDEM_DESINTERNACAO
CONVERSAO: dict[str, Any] = {"variant": Variant.CONVERSAO}
# The release is the last of each; beside them there is always another mandado and a guia of its own case.
SHAPES: tuple[tuple[Document, ...], ...] = (
    (document("m"), document("r", CONTRAMANDADO, "m")),
    (document("m", CIVIL), document("c", CERTIDAO, "m"), document("r", ALVARA, "m")),
    (document("m"), document("c", CERTIDAO, "m"), document("r", Kind.ORDEM_LIBERACAO, "m")),
    (
        *(document("m"), document("c", CERTIDAO, "m"), document("n", CIVIL), document("d", CERTIDAO, "n")),
        document("r", ALVARA, "m", "n"),
    ),
    (
        *(document("m"), document("c", CERTIDAO, "m"), document("i", INTERNACAO, "m", **CONVERSAO)),
        document("r", DISCHARGE, "i"),
    ),
)
BESIDE = (document("y", case_number="y"), document("z", Kind.GUIA_RECOLHIMENTO_ACERVO, case_number="z"))
BAD = st.sampled_from([one for one in AnswerClass if one is not AnswerClass.OK])


class Release(Watched):
    """One release and its papers, a lane that takes one step at a time, and a registry of any mood."""

    @initialize(shape=st.sampled_from(SHAPES), beside=st.booleans(), known=st.booleans())
    def start(self, shape: tuple[Document, ...], beside: bool, known: bool) -> None:  # noqa: FBT001 (drawn by name)
        self.desk = Desk(persons={1: Person(1, RJI if known else None)})
        self.members = [one.document_id for one in shape]
        self.coming = {one.document_id: one for one in (*shape, *(BESIDE if beside else ()))}

    def here(self, names: list[str]) -> list[Document]:
        """Those of these documents that have arrived."""
        return [self.desk[one] for one in names if one in self.desk.dossier.documents]

    def is_whole(self) -> bool:
        """Whether each member has ended in effect or could go: it is here, lacks nothing, and nobody must act on it."""
        found = self.here(self.members)
        return len(found) == len(self.members) and all(
            one.state is State.REGISTERED or (one.reason is None and not one.gaps) for one in found
        )

    def rests(self) -> bool:
        """Whether BNMP lets one of them rest: the lane may do something else for the person meanwhile."""
        now = self.desk.dossier.now
        return any(one.due_at is not None and one.due_at > now for one in self.here(self.members))

    def named_by_the_release(self) -> set[str]:
        """What the release names, and what that names, as far as it is here."""
        ahead, known = [self.members[-1]], set[str]()
        while ahead:
            for one in self.here([ahead.pop()]):
                known.add(one.document_id)
                ahead.extend(a.document_id or "" for a in one.antecedents if a.document_id not in known)
        return known

    @precondition(lambda self: self.coming)
    @rule(data=st.data(), gap=st.sampled_from([(), (), (), ("fields.motivo",)]))
    def a_paper_arrives(self, data: st.DataObject, gap: tuple[str, ...]) -> None:
        one = self.coming.pop(data.draw(st.sampled_from(sorted(self.coming))))
        self.tell(lambda: self.desk.tell_issued(replace(one, gaps=gap)))

    @rule(data=st.data())
    def a_gap_is_mended(self, data: st.DataObject) -> None:
        found = self.some(data, lambda one: bool(one.gaps) and one.step is None and one.state is State.HELD)
        if found is not None:
            self.tell(lambda: self.desk.reissue(found, case_number=self.desk[found].case_number))

    @rule(state=st.sampled_from([LinkState.UP, LinkState.UP, LinkState.SUSPECT]))
    def the_link_is(self, state: LinkState) -> None:
        self.tell(lambda: self.desk.link(state))

    @rule(data=st.data(), seconds=st.sampled_from([1.0, 61.0, 3601.0]))
    def the_clock_strikes(self, data: st.DataObject, seconds: float) -> None:
        self.desk.later(seconds)
        found = self.some(data, lambda one: one.due_at is not None)
        if found is not None:
            self.tell(lambda: self.desk.due(found))

    @rule(data=st.data())
    def another_try_is_asked_for(self, data: st.DataObject) -> None:
        found = self.some(data, lambda one: one.reason is not None)
        if found is not None:
            self.tell(lambda: self.desk.ask(RetryAsked, found, Role.SERVIDOR))

    @precondition(lambda self: self.in_flight() is None)
    @rule(steps=st.integers(1, 8))
    def a_lane_works(self, steps: int) -> None:
        for _ in range(steps):
            found = self.desk.takes()
            if found is None or self.desk[found].state is State.UNCERTAIN or is_asking(self.desk[found]):
                return
            whole, rests = self.is_whole(), self.rests()
            self.tell(partial(self.desk.begin, found))
            one = self.desk[found]
            if one.state is not State.SENDING or one.doing is None:
                return
            self.must_be_its_turn(one, whole=whole, rests=rests)
            self.tell(partial(self.desk.answered, found, AnswerClass.OK, **good(one, one.doing)))

    def must_be_its_turn(self, one: Document, *, whole: bool, rests: bool) -> None:
        """docs/law.md safety-10, safety-11: of the chain nothing starts unless it is whole; then nothing comes between."""
        self.may_begin(one)
        release = self.here([self.members[-1]])
        if not release or release[0].ended:
            return
        if one.document_id not in self.members:
            # What was begun before is finished.
            assert rests or one.step is not None or not whole, (
                f"{one.document_id} goes before the release that could go"
            )
        elif (
            is_mandado(one.kind) and one.doing is not Step.READ_BACK and one.document_id in self.named_by_the_release()
        ):
            assert whole, f"{one.document_id} goes without its release"
        ahead = [name for name in self.members if name in [a.document_id for a in one.antecedents]]
        assert all(self.desk[name].state is State.REGISTERED for name in ahead), "what it stands on goes first"

    @precondition(lambda self: self.in_flight() is None)
    @rule(kind=BAD, readings=st.integers(0, 3))
    def a_request_goes_wrong(self, kind: AnswerClass, readings: int) -> None:
        found = self.desk.takes()
        if found is None or self.desk[found].state is State.UNCERTAIN or is_asking(self.desk[found]):
            return
        self.tell(lambda: self.desk.begin(found))
        if self.desk[found].state is State.SENDING and self.desk[found].doing is not None:
            self.tell(lambda: self.desk.answered(found, kind))
        for _ in range(readings if self.desk[found].state is State.UNCERTAIN else 0):
            self.tell(lambda: self.desk.due(found))
            self.tell(lambda: self.desk.read(found))

    @rule(data=st.data(), there=st.booleans())
    def a_doubt_is_read(self, data: st.DataObject, there: bool) -> None:  # noqa: FBT001 (drawn by name)
        found = self.some(data, lambda one: one.state is State.UNCERTAIN)
        if found is None:
            return
        one = self.desk[found]
        person = one.doing is Step.PERSON_CREATE
        brought = {"rji": RJI} if person else {"pieces": (piece(one, PecaStatus.EM_ELABORACAO),)}
        self.tell(lambda: self.desk.read(found, **(brought if there else {})))

    @invariant()
    def what_a_release_waits_for_has_its_place(self) -> None:
        """docs/law.md safety-8."""
        release = self.here(self.members[-1:])
        if not release or release[0].ended:
            return
        for one in self.here(sorted(self.named_by_the_release())):
            assert one.ended or one.priority == PRIORITY_LIBERTY, f"{one.document_id} does not go with its release"

    @invariant()
    def what_was_begun_of_a_whole_chain_is_taken_up_first(self) -> None:
        """docs/law.md safety-10: nothing comes between, whatever went wrong in the middle."""
        begun = any(one.step is not None and not one.ended for one in self.here(self.members))
        if begun and not self.rests() and self.is_whole() and self.in_flight() is None:
            assert self.desk.takes() in (*self.members, None), "something else comes between"


TestRelease = Release.TestCase
TestRelease.settings = examples(15, steps=30)
