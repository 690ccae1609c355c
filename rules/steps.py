"""The steps of a registration, and which comes next."""

from rules.dossier import Document, Person
from rules.kinds import KINDS
from rules.words import PecaStatus, Role, State, Step

WRITES = frozenset({Step.PERSON_CREATE, Step.CREATE, Step.SIGN_SERVIDOR, Step.SIGN_MAGISTRADO})
SIGNATURE_OF: dict[Role, Step] = {Role.SERVIDOR: Step.SIGN_SERVIDOR, Role.MAGISTRADO: Step.SIGN_MAGISTRADO}
_SIGNATURES = {kind: tuple(SIGNATURE_OF[role] for role in row.signers) for kind, row in KINDS.items()}


def signatures(document: Document) -> tuple[Step, ...]:
    """The signatures of a document's kind, in their order."""
    return _SIGNATURES[document.kind]


def next_step(document: Document, person: Person) -> Step:
    """The step after the last one done; a restart continues here instead of creating again."""
    if document.bnmp_id is None:
        if person.rji is not None:
            # Somebody may have registered by hand what could not be sent (docs/law.md resolution).
            return Step.LOOK_UP if document.opened and document.step is not Step.LOOK_UP else Step.CREATE
        return Step.PERSON_CREATE if document.step is Step.PERSON else Step.PERSON
    hands = signatures(document)
    done = hands.index(document.step) + 1 if document.step in hands else 0
    return hands[done] if done < len(hands) else Step.READ_BACK


def step_of_status(document: Document, status: str) -> Step | None:
    """The last step that a piece's status proves, or None for a status that proves nothing."""
    hands = signatures(document)
    if status == PecaStatus.EM_ELABORACAO:
        return Step.CREATE
    if status == PecaStatus.AGUARDANDO_ASSINATURA:
        return Step.SIGN_SERVIDOR
    return hands[-1] if status in KINDS[document.kind].in_effect else None


def is_behind(document: Document, proved: Step, doing: Step) -> bool:
    """Whether a piece that proves the step `proved` has not seen the write `doing` yet."""
    order = (Step.CREATE, *signatures(document))
    return order.index(proved) < order.index(doing)


def only_reading_left(document: Document) -> bool:
    """Whether the last signature is done: what may go now is the reading that says what it became."""
    return document.bnmp_id is not None and document.step is signatures(document)[-1]


def is_unread(document: Document) -> bool:
    """Whether the last signature was given, or may have been, and BNMP was not read since: it may be in effect."""
    if document.bnmp_id is None:
        return False
    last = signatures(document)[-1]
    return document.step is last or (document.doing is last and document.state is not State.SENDING)
