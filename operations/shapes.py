"""The shape of each command's `--json` answer, by the command's words; `saj-bnmp schema --cli NAME` prints its JSON Schema."""

from operations.answers import (
    Answer,
    CursorsSet,
    Diagnosis,
    DocumentPage,
    LinkShown,
    OffsetsShown,
    OffsetsSkipped,
    PartitionResumed,
    PersonShown,
    RoleEnded,
)
from operations.audit import ActPage, AuditVerified
from operations.certificates import CertificatePage, CertificateShown
from operations.commanding import CommandGiven
from operations.contingencies import ContingenciesShown
from operations.divergences import DivergencePage
from operations.document_plan import DocumentPlan
from operations.evidence import Shown
from operations.exceptional import ExceptionalPage, ExceptionalRegistered
from operations.lag_answers import LagShown
from operations.legacy import StockShown
from operations.letter_answers import LetterPage, LettersDone, LetterShown
from operations.links import LinkTested
from operations.publishing import FilePublished
from operations.re_evaluating import ReEvaluated
from operations.rebuild_answers import Rebuilt
from operations.reconciling import Reconciled
from operations.replay_answers import ReplayChanged, ReplayPlanned, ReplayStatus
from operations.retrying import Retried

# What is asked of the service is answered alike (console/commands.py, console/forcing.py).
_GIVEN = {
    "documents": ("retry", "exclude", "supply", "sign-as", "state"),
    "person": ("link", "unlink", "merge"),
    "contingency": ("answer", "resolve", "standing-order"),
    "link": ("report", "force-down", "force-up", "auto"),
    "legacy": ("regularise", "exclude"),
}
SHAPES: dict[str, type[Answer]] = {
    **{f"{group} {name}": CommandGiven for group, names in _GIVEN.items() for name in names},
    "documents list": DocumentPage,
    "documents show": Shown,
    "documents re-evaluate": DocumentPlan,
    "documents re-evaluate --apply": ReEvaluated,
    "documents retry-held": DocumentPlan,
    "documents retry-held --apply": Retried,
    "person show": PersonShown,
    "link status": LinkShown,
    "link test": LinkTested,
    "offsets show": OffsetsShown,
    "offsets init": CursorsSet,
    "offsets skip": OffsetsSkipped,
    "offsets resume": PartitionResumed,
    "certificates list": CertificatePage,
    "certificates export": CertificateShown,
    "contingency list": ContingenciesShown,
    "legacy list": StockShown,
    "exceptional list": ExceptionalPage,
    "exceptional register": ExceptionalRegistered,
    "dead-letters list": LetterPage,
    "dead-letters show": LetterShown,
    "dead-letters redrive": LettersDone,
    "dead-letters discard": LettersDone,
    "replay plan": ReplayPlanned,
    "replay apply": ReplayStatus,
    "replay status": ReplayStatus,
    **dict.fromkeys(("replay pause", "replay resume", "replay cancel"), ReplayChanged),
    "rebuild": Rebuilt,
    "lag": LagShown,
    "reconcile": Reconciled,
    "divergences list": DivergencePage,
    "audit show": ActPage,
    "audit verify": AuditVerified,
    "doctor": Diagnosis,
    "publish": FilePublished,
    "up": RoleEnded,
}
