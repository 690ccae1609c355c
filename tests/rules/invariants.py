"""What must hold of one person's papers, whatever happens to them; tests/rules/test_machine.py makes it happen."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from rules.casework import Say, is_held
from rules.chain import MERGE, view
from rules.dossier import Document
from rules.facts import Question
from rules.lookup import question
from rules.messages import ENDS, HOLDS
from rules.steps import WRITES
from rules.words import Reason, Role, State, Step, Variant
from tests.rules.desk import Desk

# Written out here once more, so that a wrong row in the rules shows.
_OF_MANDADOS: dict[str, tuple[str, ...]] = {
    "ALVARA_SOLTURA": ("CUMPRIDO",),
    "ORDEM_LIBERACAO": ("CUMPRIDO",),
    "ORDEM_DESINTERNACAO": ("PENDENTE_CUMPRIMENTO", "CUMPRIDO"),
    "CONTRAMANDADO_PRISAO": ("PENDENTE_CUMPRIMENTO", "EXPIRADO"),
    "CONTRAMANDADO_INTERNACAO": ("PENDENTE_CUMPRIMENTO", "EXPIRADO"),
    "CERTIDAO_CUMPRIMENTO_PRISAO": ("PENDENTE_CUMPRIMENTO",),
    "CERTIDAO_CUMPRIMENTO_INTERNACAO": ("PENDENTE_CUMPRIMENTO",),
    "GUIA_RECOLHIMENTO_PROVISORIA": ("CUMPRIDO",),
    "GUIA_RECOLHIMENTO_DEFINITIVA": ("CUMPRIDO",),
    "GUIA_INTERNACAO_PROVISORIA": ("CUMPRIDO",),
    "GUIA_INTERNACAO_DEFINITIVA": ("CUMPRIDO",),
}
# What a guia is archived by, and what takes its place among mandados: each of these has its own sort.
_SORT = {
    "ALVARA_SOLTURA": "MANDADO_PRISAO",
    "ORDEM_DESINTERNACAO": "MANDADO_INTERNACAO",
    "CONTRAMANDADO_PRISAO": "MANDADO_PRISAO",
    "CONTRAMANDADO_INTERNACAO": "MANDADO_INTERNACAO",
}


def is_mandado(kind: str) -> bool:
    """Whether it is an order to arrest or to intern."""
    return kind.startswith("MANDADO_")


def demanded_of(one: Document, named: Document) -> tuple[str, ...] | None:
    """The statuses of which BNMP must show one for `named` before `one` may go; None where any does."""
    if one.variant == Variant.PRISAO_FLAGRANTE:
        return None
    if one.variant == Variant.CONVERSAO and named.kind.startswith("MANDADO_PRISAO"):
        return ("CUMPRIDO",)
    if one.kind == "CERTIDAO_ARQUIVAMENTO_GUIA" and named.kind.startswith("GUIA_"):
        return ("ATIVO",)
    of_its_sort = {"GUIA_RECOLHIMENTO": "MANDADO_PRISAO", "GUIA_INTERNACAO": "MANDADO_INTERNACAO"}
    sorts = [sort for guia, sort in of_its_sort.items() if one.kind.startswith(guia)]
    sort = _SORT.get(one.kind) or next(iter(sorts), "MANDADO_")
    if one.kind.startswith("CERTIDAO_CUMPRIMENTO_"):
        sort = "MANDADO_" + one.kind.removeprefix("CERTIDAO_CUMPRIMENTO_")
    return _OF_MANDADOS.get(one.kind) if named.kind.startswith(sort) else None


MANDADO_IN_EFFECT = ("PENDENTE_CUMPRIMENTO", "CUMPRIDO", "REVOGADO", "EXPIRADO")


class Watched(RuleBasedStateMachine):
    """A desk that is watched: every fact goes through `tell`, and every invariant is looked at after each."""

    def __init__(self) -> None:
        """Begin with nobody's papers."""
        super().__init__()
        self.desk = Desk()
        self.offers: dict[str, Any] = {}

    def in_flight(self) -> str | None:
        """The document with a request under way."""
        for one in self.desk.dossier.documents.values():
            if one.state is State.SENDING and one.doing is not None:
                return one.document_id
        return None

    def some(self, data: st.DataObject, fits: Callable[[Document], bool]) -> str | None:
        """Draw one of the documents that fit."""
        found = sorted(d.document_id for d in self.desk.dossier.documents.values() if fits(d))
        return data.draw(st.sampled_from(found)) if found else None

    def tell(self, act: Callable[[], object]) -> None:
        """Do something, and see that nothing went backwards."""
        before, said = dict(self.desk.dossier.documents), len(self.desk.says)
        act()
        for say in self.desk.says[said:]:
            if say.type == "bnmp.document.contingency-offered.v1" and say.document is not None:
                self.offers[say.document.document_id] = say.data["failed_access_at"]
        for document_id, was in before.items():
            one = self.desk[document_id]
            assert one.sequence >= was.sequence
            assert one.turn >= was.turn
            if was.opened:
                mark = (one.opened_at, one.text, one.failed_access_at)
                assert mark == (was.opened_at, was.text, was.failed_access_at)
            if was.ended:
                annulled = (
                    "bnmp_status",
                    "consent",
                    "withdrawal",
                    "due_at",
                    "due_fact",
                    "looked_up_at",
                    "priority",
                    "turn",
                )
                kept = {name: getattr(was, name) for name in (*annulled, "sequence")}
                assert replace(one, **kept) == was, "what has ended stays as it is, but for its annulment"
        for document_id in self.desk.dossier.documents:
            numbers = [s.document.sequence for s in self._outcomes(said, document_id) if s.document]
            assert numbers == sorted(set(numbers)), "each outcome has the next number"

    def _outcomes(self, since: int, document_id: str) -> list[Say]:
        # An incident is about an act, a divergence about a person or two statuses: they take no number.
        queues = ("bnmp.dispatch.v1", "bnmp.contingency.v1", "bnmp.incident.v1", "bnmp.divergence.found.v1")
        new = [say for say in self.desk.says[since:] if say.type not in queues]
        return [say for say in new if say.document is not None and say.document.document_id == document_id]

    def may_begin(self, one: Document) -> None:
        """Nothing is begun on an antecedent that is not there; no mandado alone while a release reaches it."""
        documents = self.desk.dossier.documents
        if one.doing is Step.READ_BACK:
            return
        self.bnmp_showed(one)
        for name in (a.document_id for a in one.antecedents if a.document_id and one.kind in _OF_MANDADOS):
            named = documents.get(name)
            assert named is not None or one.variant == Variant.PRISAO_FLAGRANTE, "an antecedent nobody knows"
            demanded = demanded_of(one, named) if named is not None and name != one.document_id else None
            if named is not None and demanded is not None:
                assert named.state is State.REGISTERED
                assert named.bnmp_status in demanded
        if not is_mandado(one.kind):
            return
        if one.withdrawal is not None and "withdrawal" not in one.cleared:
            chains = view(self.desk.dossier).chains_of(one.document_id)
            assert any(chain.complete for chain in chains), "goes against its unit's word"
        seen = view(self.desk.dossier)
        whole = any(chain.complete for chain in seen.chains_of(one.document_id))
        assert whole or self.desk.dossier.merge_of(one.person) is None, "nobody knows yet who it is about"
        for liberty in documents.values():
            if not liberty.liberty or one.document_id not in [a.document_id for a in liberty.antecedents]:
                continue
            chain = [c for c in seen.chains if c.liberty == liberty.document_id]
            if liberty.document_id in one.cleared:
                continue
            assert chain, f"goes after its release ended as {liberty.state}"
            assert one.document_id in chain[0].members, "goes outside the chain of its release"
            assert chain[0].complete, "goes in a chain that is not whole"

    def bnmp_showed(self, one: Document) -> None:
        """What is named by a number that the ledger does not know was shown by BNMP in a status demanded."""
        if one.kind not in _OF_MANDADOS or one.variant == Variant.PRISAO_FLAGRANTE:
            return
        for number in (a.national_number for a in one.antecedents if a.national_number):
            shown = [found.status for found in one.found if found.number == number and found.bnmp_id]
            known = any(d.national_number == number for d in self.desk.dossier.documents.values())
            assert known or set(shown) & set(_OF_MANDADOS[one.kind] or ()), "BNMP did not show it so"

    @invariant()
    def opened_is_for_ever(self) -> None:
        """docs/law.md safety-17."""
        for one in self.desk.dossier.documents.values():
            if one.opened and one.state is not State.REJECTED:
                assert one.state not in (State.READY, State.HELD)
            if one.state is State.CONTINGENCY:
                assert one.opened
                assert one.text

    @invariant()
    def liberty_is_never_dropped(self) -> None:
        """docs/law.md safety-3."""
        for one in self.desk.dossier.documents.values():
            if one.liberty and one.ended and one.state is not State.REGISTERED:
                if one.withdrawal is not None and one.reason in (Reason.WITHDRAWN, Reason.EXCLUDED_BY_UNIT):
                    assert one.withdrawal.role is Role.MAGISTRADO
                    continue
                assert one.reason in (Reason.OUT_OF_SCOPE, Reason.NOT_COMMUNICATING)

    @invariant()
    def registered_means_in_effect(self) -> None:
        """docs/law.md safety-1."""
        for one in self.desk.dossier.documents.values():
            if one.state is State.REGISTERED:
                in_effect = MANDADO_IN_EFFECT if one.kind.startswith("MANDADO_") else ("ATIVO",)
                assert one.bnmp_status in in_effect or (one.gone and one.withdrawal is not None)
                assert one.bnmp_id

    @invariant()
    def every_hold_says_what_to_do(self) -> None:
        """docs/law.md safety-4."""
        for one in self.desk.dossier.documents.values():
            if one.state is State.HELD:
                assert one.reason in HOLDS
            if one.state in (State.REJECTED, State.EXCLUDED):
                assert one.reason in ENDS
            if one.state in (State.READY, State.SENDING, State.UNCERTAIN, State.REGISTERED):
                assert one.reason is None

    @invariant()
    def a_write_in_doubt_is_never_forgotten(self) -> None:
        """docs/law.md safety-27."""
        for one in self.desk.dossier.documents.values():
            if one.doing in WRITES and one.reason is not Reason.UNCERTAIN_OUTCOME:
                # What was opened in doubt keeps its doubt until the resolver has read it.
                opened = one.state is State.CONTINGENCY and one.opened
                assert opened or one.state in (State.SENDING, State.UNCERTAIN), one
            if one.state is State.UNCERTAIN:
                assert one.doing in WRITES
                assert one.due_fact == "READ_AGAIN" or one.due_at is None

    @invariant()
    def what_bnmp_can_be_asked_is_asked(self) -> None:
        """docs/law.md safety-2, 4: nothing waits for a look-up that nobody will make."""
        for one in self.desk.dossier.documents.values():
            asks = one.reason in (Reason.WAITING_ANTECEDENT, Reason.MISSING_ANTECEDENT) or one.missing == (MERGE,)
            asks = asks and question(one, self.desk.dossier) != Question()
            # The draft of what was stopped is cancelled first, and BNMP is asked when it is gone (docs/law.md safety-12).
            asks = asks and not (one.missing == (MERGE,) and one.bnmp_id is not None and one.due_fact == "ANNUL")
            assert not asks or one.due_fact in ("LOOK_UP", "ASK_AGAIN"), one
            # A twin of what was registered after a doubt is looked for as well (docs/law.md safety-27).
            assert one.due_fact != "LOOK_UP" or is_held(one) or (one.state is State.REGISTERED and one.reads), one

    @invariant()
    def an_offer_carries_its_own_instant(self) -> None:
        """docs/law.md safety-15."""
        link = self.desk.dossier.link
        for one in self.desk.dossier.documents.values():
            if one.reason is Reason.AWAITING_CONSENT:
                assert one.failed_access_at is not None
                assert self.offers[one.document_id] == one.failed_access_at.isoformat()
                assert link.last_failed_at is None or one.failed_access_at <= self.desk.dossier.now

    @invariant()
    def looking_again_changes_nothing(self) -> None:
        """Settling reaches a fixed point."""
        self.tell(self.desk.review)
        assert not self.desk.review().documents
