"""Which shape each command's `--json` answer has: what `saj-bnmp schema --cli NAME` prints."""

from operations.answers import (
    Answer,
    CursorsSet,
    Diagnosis,
    DocumentPage,
    LinkShown,
    OffsetsShown,
    OffsetsSkipped,
    PersonShown,
    RoleEnded,
    Shown,
)
from operations.certificates import CertificatePage, CertificateShown

SHAPES: dict[str, type[Answer]] = {
    "documents list": DocumentPage,
    "documents show": Shown,
    "person show": PersonShown,
    "link status": LinkShown,
    "offsets show": OffsetsShown,
    "offsets init": CursorsSet,
    "offsets skip": OffsetsSkipped,
    "doctor": Diagnosis,
    "up": RoleEnded,
    "certificates list": CertificatePage,
    "certificates export": CertificateShown,
}
"""The shape of each command's answer, by the command's words."""
