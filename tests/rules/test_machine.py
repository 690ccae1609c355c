"""A person's papers in any order and a registry of any mood: what must hold whatever happens."""

from dataclasses import replace
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from rules.casework import is_annulling, is_asking, is_errand
from rules.dossier import Antecedent, Link, Person
from rules.facts import (
    DocumentIssued,
    LeaseTakenOver,
    SignerUnknown,
)
from rules.kinds import KINDS
from rules.steps import WRITES
from rules.words import (
    AnswerClass,
    Consent,
    Kind,
    LinkState,
    PecaStatus,
    State,
    Step,
    Variant,
)
from tests.rules.annulling import annul
from tests.rules.asking import NUMBER, Asked
from tests.rules.desk import (
    ALVARA,
    CERTIDAO,
    CONTRAMANDADO,
    MANDADO,
    NOW,
    RJI,
    YESTERDAY,
    Desk,
    document,
    given,
    good,
    in_effect,
    piece,
)
from tests.rules.examples import examples

KIND_OF = {"a": MANDADO, "b": CERTIDAO, "c": ALVARA, "d": CONTRAMANDADO, "e": MANDADO, "f": CERTIDAO}
PARTY = "8841"
# These are of any of the kinds.
ANY = ("t", "u", "v", "w", "x", "y")
IDS = st.sampled_from([*KIND_OF, *ANY])
NAMES = st.sampled_from(
    [
        *(("a",), ("a",), ("a",), (), ("e",), ("a", "b"), ("a", "e"), ("c", "f"), ("g",)),
        *(("t",), ("t",), ("t",), ("u",), ("t", "u"), ("v",), ("a", "t"), (NUMBER,)),
    ]
)
MANDADO_VARIANTS = st.sampled_from([None, None, Variant.CONVERSAO_FLAGRANTE])
ALVARA_VARIANTS = st.sampled_from([Variant.MANDADO_CUMPRIDO, Variant.MANDADO_CUMPRIDO, None, Variant.PRISAO_FLAGRANTE])
FLAWS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}] * 8
    + [
        {"gaps": ("fields.motivo",)},
        {"released_by_judge": False},
        {"valid_until": YESTERDAY},
        {"owner_system": "EPROC"},
        {"institutional": False},
        {"released": True},
        {"released": True},
        {"released": True},
    ]
)
PAPERS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {}, {"opened_at": NOW, "failed_access_at": NOW, "text": "texto", "retroactive": True}]
)
LOST = (AnswerClass.UNCERTAIN, AnswerClass.DUPLICATE, AnswerClass.FAULT)
STATUSES = st.sampled_from([*PecaStatus, "Outra Coisa"])
BAD = st.sampled_from([a for a in AnswerClass if a is not AnswerClass.OK])
Status = dict[State, str]


class Person1(Asked):
    """Everything that can happen to one person, one thing after the other."""

    @initialize(known=st.booleans(), issued=st.sampled_from(["", "a", "ab", "abc", "ad", "abcd"]), paper=PAPERS)
    def start(self, known: bool, issued: str, paper: dict[str, Any]) -> None:  # noqa: FBT001 (drawn by name)
        first = [document(one, KIND_OF[one], *("a" if one != "a" else ""), party_id=PARTY) for one in issued]
        first = [one if one.kind == CERTIDAO else replace(one, **paper) for one in first]
        self.desk = Desk(*first, persons={1: Person(1, RJI if known else None)}, silent=True)

    @rule(
        drawn=st.tuples(IDS, st.sampled_from(sorted(KINDS))),
        variants=st.tuples(MANDADO_VARIANTS, ALVARA_VARIANTS, st.booleans()),
        names=NAMES,
        flaw=FLAWS,
        manner=st.sampled_from(["", "", "", "SIM", "SIM", "opened by SAJ"]),
    )
    def arrives(
        self,
        drawn: tuple[str, str],
        variants: tuple[Any, Any, bool],
        names: tuple[str, ...],
        flaw: dict[str, Any],
        manner: str,
    ) -> None:
        document_id, any_kind = drawn
        known = self.desk.dossier.documents.get(document_id)
        kind = known.kind if known else KIND_OF.get(document_id, any_kind)
        now = self.desk.dossier.now
        conversion = Variant.CONVERSAO if kind == Kind.MANDADO_INTERNACAO and variants[2] else None
        changes: dict[str, Any] = dict(flaw) | {
            "variant": variants[0] if kind == MANDADO else variants[1] if kind == ALVARA else conversion,
            "party_id": PARTY,
        }
        if names == (NUMBER,):
            names, changes = (), changes | {"antecedents": (Antecedent(national_number=NUMBER),)}
        if manner == "opened by SAJ" and KINDS[kind].eligible:
            changes |= {"opened_at": now, "failed_access_at": now, "text": "texto", "retroactive": True}
        if manner == "SIM":
            changes |= {"consent": given(now)}
        if known is None:
            self.tell(lambda: self.desk.tell(DocumentIssued(document(document_id, kind, *names, **changes))))
        elif known.state in (State.READY, State.HELD) and known.step is None:
            for kept in ("opened_at", "variant"):
                changes.pop(kept, None)
            self.tell(lambda: self.desk.reissue(document_id, **changes))

    @rule(state=st.sampled_from([LinkState.SUSPECT, *LinkState]), cause=st.sampled_from(["", "", "OUR_MAINTENANCE"]))
    def link_becomes(self, state: LinkState, cause: str) -> None:
        changes: dict[str, Any] = {"cause": cause} if state is LinkState.FORCED_DOWN else {}
        self.tell(lambda: self.desk.link(state, **changes))

    @rule()
    def link_comes_back(self) -> None:
        self.tell(lambda: self.desk.link(LinkState.UP))

    @rule(state=st.sampled_from([LinkState.UP, LinkState.DOWN]))
    def link_changes_before_anybody_looks(self, state: LinkState) -> None:
        now = self.desk.dossier.now
        down = Link(state, now, unavailable_since=now, last_failed_at=now)
        self.desk.dossier = replace(self.desk.dossier, link=down if state is LinkState.DOWN else Link(state, now))

    @rule(seconds=st.sampled_from([1.0, 10.0, 61.0, 601.0, 3601.0]))
    def time_goes_by(self, seconds: float) -> None:
        self.desk.later(seconds)

    @rule(letters=st.integers(0, 1))
    def a_dead_letter_comes_or_ends(self, letters: int) -> None:
        persons = {1: replace(self.desk.dossier.persons[1], dead_letters=letters)}
        self.desk.dossier = replace(self.desk.dossier, persons=persons)
        self.tell(self.desk.review)

    @rule(data=st.data(), consent=st.sampled_from([Consent.SIM, Consent.SIM, Consent.NAO]))
    def the_user_answers(self, data: st.DataObject, consent: Consent) -> None:
        found = self.some(data, lambda d: d.version > 0)
        if found is not None:
            self.tell(lambda: self.desk.consent(found, consent))

    @rule(data=st.data())
    def the_clock_strikes(self, data: st.DataObject) -> None:
        found = self.some(data, lambda d: d.due_at is not None)
        if found is not None:
            self.tell(lambda: self.desk.due(found))

    @precondition(lambda self: self.in_flight() is None)
    @rule(contingency=st.booleans())
    def a_lane_works(self, contingency: bool) -> None:  # noqa: FBT001 (drawn by name)
        self._work(contingency=contingency, steps=12)

    @precondition(lambda self: self.in_flight() is None)
    @rule(contingency=st.booleans(), status=STATUSES)
    def a_lane_reads_something_odd_back(self, contingency: bool, status: str) -> None:  # noqa: FBT001 (drawn by name)
        for _ in range(6):
            self.a_lane_is_amid_a_request(contingency, 0)
            one = self.desk.dossier.documents.get(self.in_flight() or "")
            if one is None or one.doing is None:
                return
            brought = {"piece": piece(one, status)} if one.doing is Step.READ_BACK else good(one, one.doing)
            self.tell(partial(self.desk.answered, one.document_id, AnswerClass.OK, **brought))

    @precondition(lambda self: self.in_flight() is None)
    @rule(contingency=st.booleans(), steps=st.integers(0, 5))
    def a_lane_is_amid_a_request(self, contingency: bool, steps: int) -> None:  # noqa: FBT001 (drawn by name)
        self._work(contingency=contingency, steps=steps)
        found = self.desk.takes(contingency=contingency)
        if found is not None and self.desk[found].state is not State.UNCERTAIN and not is_errand(self.desk[found]):
            self.tell(lambda: self.desk.begin(found))
            if self.desk[found].state is State.SENDING:
                self.may_begin(self.desk[found])

    def _work(self, *, contingency: bool, steps: int) -> None:
        for _ in range(steps):
            found = self.desk.takes(contingency=contingency)
            if found is None or self.desk[found].state is State.UNCERTAIN or self.in_flight() is not None:
                return
            if is_asking(self.desk[found]):
                self.tell(lambda found=found: self.desk.looked_up(found))  # type: ignore[misc]
                continue
            if is_annulling(self.desk[found]):
                self.tell(lambda found=found: annul(self.desk, found))  # type: ignore[misc]
                continue
            before = self.desk.dossier
            self.tell(lambda found=found: self.desk.begin(found))  # type: ignore[misc]
            after = self.desk[found]
            assert after != before.documents[found], f"{found} was taken and nothing came of it: {after}"
            if after.state is not State.SENDING or after.doing is None:
                continue
            self.may_begin(after)
            brought = good(after, after.doing)
            self.tell(lambda found=found, brought=brought: self.desk.answered(found, AnswerClass.OK, **brought))  # type: ignore[misc]

    @precondition(lambda self: self.in_flight() is None)
    @rule(contingency=st.booleans(), steps=st.integers(0, 5), kind=BAD, readings=st.integers(0, 3))
    def a_request_goes_wrong(self, contingency: bool, steps: int, kind: AnswerClass, readings: int) -> None:  # noqa: FBT001 (drawn by name)
        self.a_lane_is_amid_a_request(contingency, steps)
        found = self.in_flight()
        if found is not None:
            doing = self.desk[found].doing
            self.tell(lambda: self.desk.answered(found, kind))
            if doing in WRITES and kind in LOST:
                assert self.desk[found].state is State.UNCERTAIN, "asked before acting"
            for _ in range(readings if self.desk[found].state is State.UNCERTAIN else 0):
                self.tell(lambda: self.desk.due(found))
                self.tell(lambda: self.desk.read(found))

    @precondition(lambda self: self.in_flight() is not None)
    @rule(kind=BAD)
    def the_registry_refuses(self, kind: AnswerClass) -> None:
        self.tell(lambda: self.desk.answered(self.in_flight() or "", kind))

    @precondition(lambda self: self.in_flight() is not None)
    @rule(status=STATUSES, brings=st.booleans(), candidates=st.sampled_from([(), ("98765432109",)]))
    def the_registry_says_ok(self, status: str, brings: bool, candidates: tuple[str, ...]) -> None:  # noqa: FBT001 (drawn)
        one = self.desk[self.in_flight() or ""]
        step = one.doing
        brought: dict[str, Any] = {"candidates": candidates} if step in (Step.PERSON, Step.PERSON_CREATE) else {}
        if brings:
            shown = PecaStatus.EM_ELABORACAO if step is Step.CREATE else status
            brought = {"rji": RJI} if step in (Step.PERSON, Step.PERSON_CREATE) else {"piece": piece(one, shown)}
        self.tell(lambda: self.desk.answered(one.document_id, AnswerClass.OK, **brought))

    @precondition(lambda self: self.in_flight() is not None)
    @rule()
    def the_holder_dies(self) -> None:
        self.tell(lambda: self.desk.tell(LeaseTakenOver(self.in_flight() or "")))

    @rule(data=st.data(), found=st.sampled_from(["nothing", "one", "in effect", "two", "candidate", "rji", "failed"]))
    def a_doubt_is_read(self, data: st.DataObject, found: str) -> None:
        doubted = self.some(data, lambda d: d.state is State.UNCERTAIN)
        if doubted is None:
            return
        one = self.desk[doubted]
        kinds: dict[str, dict[str, Any]] = {
            "one": {"pieces": (piece(one, data.draw(STATUSES)),)},
            "in effect": {"pieces": (piece(one, in_effect(one)),)},
            "two": {"pieces": (piece(one, "ATIVO"), piece(one, "ATIVO"))},
            "candidate": {"candidates": ("98765432109",)},
            "rji": {"rji": RJI},
        }
        brought = kinds.get(found, {})
        person = one.doing in (Step.PERSON, Step.PERSON_CREATE)
        if person != (found in ("candidate", "rji")) and found not in ("nothing", "failed"):
            return
        kind = AnswerClass.CONNECTION if found == "failed" else AnswerClass.OK
        self.tell(lambda: self.desk.read(doubted, kind, **brought))

    @rule(data=st.data())
    def a_signer_is_unknown(self, data: st.DataObject) -> None:
        found = self.some(data, lambda d: d.step is None)
        if found is not None:
            self.tell(lambda: self.desk.tell(SignerUnknown(found)))


TestPerson = Person1.TestCase
TestPerson.settings = examples(40, steps=40)
