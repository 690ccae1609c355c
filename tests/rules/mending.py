"""Everybody does what a hold asks of them: who mends what, by the reason, until nothing is left to mend."""

from collections.abc import Callable
from dataclasses import replace

from rules.acts import By, DataSupplied, ExclusionAsked, RetryAsked, RjiLinked, StatementGiven
from rules.dossier import Antecedent, Document
from rules.words import Kind, LinkState, PecaStatus, Reason, Role, State, Statement, Variant
from tests.rules.demands import GUIAS, INTERNMENTS
from tests.rules.desk import NOW, RJI, UNIT, document
from tests.rules.play import Play, resolve

ROUNDS = 60
# Far more than six documents have between two mendings.
STEPS = 500
# What the unit registers, or finds registered, where a document of this kind has nothing to stand on.
MANDADO, INTERNACAO = Kind.MANDADO_PRISAO_CRIMINAL, Kind.MANDADO_INTERNACAO


def mend(play: Play) -> None:
    """Issue all that was to come, bring the link up, and let everybody act until all has ended or nothing moves."""
    while play.coming:
        play.issue()
    play.desk.dead_letters(0)
    play.link(LinkState.UP)
    for _ in range(ROUNDS):
        for _ in range(STEPS):
            if not play.work(calm=True):
                break
        opened = [d for d in play.desk.dossier.documents.values() if not d.ended]
        if not opened:
            return
        for one in opened:
            # Another's mending may have moved it meanwhile.
            now = play.desk[one.document_id]
            if now.reason is not None and not now.ended:
                MENDS.get(now.reason, _wait)(play, now)
        play.desk.later(700)
        play.time()


def _wait(_: Play, __: Document) -> None:
    """Nobody acts: what it waits for does."""


def _retry(play: Play, one: Document) -> None:
    play.desk.ask(RetryAsked, one.document_id, Role.SERVIDOR)


def _judge(play: Play, one: Document) -> None:
    play.desk.ask(StatementGiven, one.document_id, Role.MAGISTRADO, statement=Statement.SEND)


def _give_up(play: Play, one: Document) -> None:
    """A draft that others may see is cancelled at the registry by the unit, and then excluded; one that is gone is made anew."""
    if one.missing and all(name.startswith("bnmp_gone:") for name in one.missing):
        _retry(play, one)
        return
    if one.missing == ("bnmp_draft",):
        play.book.pop(one.document_id, None)
    play.desk.ask(ExclusionAsked, one.document_id, Role.MAGISTRADO)


def _supply(play: Play, one: Document) -> None:
    """The unit completes it: the RJI, the fields, the variant, what it stands on."""
    if one.missing == ("confirmation",):
        resolve(play.desk, one.document_id)
        return
    if "rji" in one.missing:
        play.desk.tell(RjiLinked("c-1", 1, RJI, By(Role.SERVIDOR, "u123", UNIT, acts_in_unit=True)))
        return
    variant = one.variant
    if one.kind == Kind.ALVARA_SOLTURA and variant is None:
        variant = Variant.PRISAO_FLAGRANTE
    antecedents = one.antecedents
    if not (one.gaps or "variant" in one.missing):
        antecedents = (Antecedent(_something_to_stand_on(play, one)),)
    fresh = document(one.document_id, one.kind, variant=variant, version=one.version + 1, released=one.released)
    new = replace(fresh, antecedents=antecedents, case_number=one.case_number)
    if play.desk.ask(DataSupplied, one.document_id, Role.SERVIDOR, document=new) != "APPLIED":
        _give_up(play, one)


def _something_to_stand_on(play: Play, one: Document) -> str:
    """A flawless piece of the stock, registered long ago, of the kind and in the status that `one` demands."""
    name = f"{one.document_id}-{one.version}"
    kind = INTERNACAO if "INTERNACAO" in one.kind and one.variant is None else MANDADO
    status = PecaStatus.CUMPRIDO
    if one.kind.startswith(("CONTRAMANDADO", "CERTIDAO_CUMPRIMENTO")):
        status = PecaStatus.PENDENTE_CUMPRIMENTO
    if one.kind == Kind.CERTIDAO_ARQUIVAMENTO_GUIA:
        kind, status = GUIAS[0], PecaStatus.ATIVO
    if one.kind == Kind.ORDEM_DESINTERNACAO:
        kind = Kind(INTERNMENTS[0])
    old = document(name, kind, issued_at=NOW, case_number="stock")
    play.desk.tell_issued(old)
    play.desk.put(name, state=State.REGISTERED, reason=None, missing=(), bnmp_id=name, bnmp_status=status)
    play.book[name] = status
    return name


MENDS: dict[Reason, Callable[[Play, Document], None]] = {
    Reason.MISSING_ANTECEDENT: _supply,
    Reason.MISSING_DATA: _supply,
    Reason.ACCESS: lambda play, one: _supply(play, one) if "released_by" in one.missing else _retry(play, one),
    Reason.DIVERGENCE: _give_up,
    Reason.NEEDS_JUDGE: _judge,
    Reason.ANTECEDENT_CYCLE: _supply,
    Reason.REFUSED_BY_BNMP: _retry,
    Reason.REGISTRY_FAULT: _retry,
    Reason.UNCERTAIN_OUTCOME: _retry,
}
