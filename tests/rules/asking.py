"""What somebody may ask of one person's papers at any moment, as rules of the machine."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from rules.acts import (
    Act,
    By,
    DataSupplied,
    DocumentWithdrawn,
    ExclusionAsked,
    RetryAsked,
    RjiLinked,
    RjiMerged,
    RjiUnlinked,
    SignerAssigned,
    StatementGiven,
)
from rules.casework import is_annulling, is_asking
from rules.dossier import Hand
from rules.facts import AccessChanged, AccessDoubted, EscalationFell, Piece
from rules.history import Custody
from rules.lookup import question
from rules.words import AnswerClass, CustodyEvent, PecaStatus, Reason, Role, State, Statement
from tests.rules.annulling import annul
from tests.rules.desk import MANDADO, NOW, RJI, UNIT, document
from tests.rules.invariants import Watched

OTHER = "98765432109"
NUMBER = "1" * 28
# What a registered mandado of ours may be at BNMP.
SHOWN_OF_OURS = ("PENDENTE_CUMPRIMENTO", "CUMPRIDO", "REVOGADO", "EXPIRADO")


class Asked(Watched):
    """Acts of the unit, of operators, of the clock and of the history of parties."""

    @rule(
        data=st.data(),
        act=st.sampled_from(
            [
                (DocumentWithdrawn, {"reason": "ANULADO"}),
                (DocumentWithdrawn, {"reason": "SEM_EFEITO"}),
                (ExclusionAsked, {}),
                (RetryAsked, {}),
                (RetryAsked, {}),
                (SignerAssigned, {"hand": Hand(Role.MAGISTRADO, "m008", UNIT)}),
                (StatementGiven, {"statement": Statement.SEND}),
                (StatementGiven, {"statement": Statement.DO_NOT_SEND}),
            ]
        ),
        role=st.sampled_from([Role.MAGISTRADO, Role.MAGISTRADO, Role.SERVIDOR, Role.OPERADOR]),
    )
    def somebody_asks(self, data: st.DataObject, act: tuple[type[Act], dict[str, Any]], role: Role) -> None:
        found = self.some(data, lambda d: d.version > 0)
        if found is None:
            return
        before = self.desk[found]
        self.tell(lambda: self.desk.ask(act[0], found, role, **act[1]))
        after = self.desk[found]
        if role is not Role.MAGISTRADO and before.liberty:
            assert after.withdrawal == before.withdrawal, "a release is its judge's"
        if after.state is State.EXCLUDED and before.state is not State.EXCLUDED:
            assert before.doing is None, "nothing of which it is not known what became of it is excluded"
            assert before.kind != MANDADO or not (before.opened or before.released) or act[0] is StatementGiven

    @rule(data=st.data())
    def data_is_supplied(self, data: st.DataObject) -> None:
        found = self.some(data, lambda d: d.version > 0)
        if found is not None:
            old = self.desk[found]
            fresh = document(found, old.kind, variant=old.variant, antecedents=old.antecedents, released=old.released)
            new = replace(fresh, version=old.version + 1)
            self.tell(lambda: self.desk.ask(DataSupplied, found, Role.SERVIDOR, document=new))

    @rule(link=st.booleans(), rji=st.sampled_from([RJI, RJI, "98765432109"]))
    def the_unit_names_the_person(self, link: bool, rji: str) -> None:  # noqa: FBT001 (drawn by name)
        act = RjiLinked if link else RjiUnlinked
        by = By(Role.SERVIDOR, "u123", UNIT, acts_in_unit=True)
        self.tell(lambda: self.desk.tell(act("c-1", 1, rji, by)))

    @rule(events=st.lists(st.sampled_from(list(CustodyEvent)), max_size=2))
    def the_history_of_parties_says(self, events: list[CustodyEvent]) -> None:
        custody = [Custody(f"e-{n}", effect, NOW.date()) for n, effect in enumerate(events)]
        self.tell(lambda: self.desk.custody(*custody))

    @rule(merges=st.sampled_from([(RJI, OTHER), (OTHER, RJI), (RJI, RJI)]))
    def two_rjis_are_said_to_be_one(self, merges: tuple[str, str]) -> None:
        self.tell(
            lambda: self.desk.tell(RjiMerged("c-1", (1,), *merges, By(Role.SERVIDOR, "u123", UNIT, acts_in_unit=True)))
        )

    @rule(
        data=st.data(),
        kind=st.sampled_from([*[AnswerClass.OK] * 6, *AnswerClass]),
        status=st.sampled_from([*PecaStatus, "Outra Coisa"]),
        rji=st.sampled_from([None, None, RJI, OTHER]),
    )
    def bnmp_is_asked(self, data: st.DataObject, kind: AnswerClass, status: str, rji: str | None) -> None:
        found = self.some(data, is_asking)
        if found is None:
            return
        asked, ours = question(self.desk[found], self.desk.dossier), self.desk.dossier.persons[1].rji
        pieces = [Piece(f"b-{n}", n, status, peca=1, rji=rji or ours or RJI) for n in asked.numbers]
        known = {d.national_number: d.bnmp_id for d in self.desk.dossier.documents.values() if d.national_number}
        pieces = [replace(one, bnmp_id=known.get(one.national_number or "") or one.bnmp_id) for one in pieces]
        pieces += [Piece(f"c-{peca}", "9" * 28, status, peca=peca, rji=ours) for peca in asked.pecas]
        if any(known.get(one.national_number or "") for one in pieces) and status not in SHOWN_OF_OURS:
            return
        self.tell(lambda: self.desk.looked_up(found, *pieces, kind=kind, rji=rji))
        after = self.desk[found]
        assert not is_asking(after) or question(after, self.desk.dossier) != asked, "asked, and nothing came of it"

    @rule(
        data=st.data(),
        kind=st.sampled_from([*[AnswerClass.OK] * 6, *AnswerClass]),
        status=st.sampled_from([*[PecaStatus.ANULADO] * 4, PecaStatus.EXCLUIDO, PecaStatus.ATIVO, None]),
    )
    def bnmp_is_asked_to_annul(self, data: st.DataObject, kind: AnswerClass, status: str | None) -> None:
        found = self.some(data, is_annulling)
        if found is not None:
            self.tell(lambda: annul(self.desk, found, kind, status))
            assert not is_annulling(self.desk[found]), "asked, and nothing came of it"

    @rule(data=st.data(), changes=st.booleans())
    def an_access_is_doubted_or_changes(self, data: st.DataObject, changes: bool) -> None:  # noqa: FBT001 (drawn by name)
        found = self.some(data, lambda d: d.version > 0)
        if found is None:
            return
        before = self.desk[found]
        doubted = AccessDoubted(found, (f"access.MAGISTRADO.unit:{UNIT}",), "m007")
        self.tell(lambda: self.desk.tell(AccessChanged(found) if changes else doubted))
        after = self.desk[found]
        if before.liberty and before.reason is not Reason.ACCESS:
            assert after.reason is not Reason.ACCESS, "our own copy holds no release"

    @rule(data=st.data())
    def a_hold_is_escalated(self, data: st.DataObject) -> None:
        found = self.some(data, lambda d: d.escalate_at is not None)
        if found is not None:
            self.tell(lambda: self.desk.tell(EscalationFell(found)))
