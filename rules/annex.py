"""Annex I of Res. CNJ 251/2018: what a paper must say that is issued under contingency (docs/law.md annex).

A judge may use whatever means there are while BNMP is away, if the paper keeps to the fields of the annex. What is
missing is told to whoever writes it, and stops nothing (docs/law.md safety-18); the registration asks for it later.
"""

from collections.abc import Iterable

from rules.dossier import Document
from rules.words import Kind, Variant

ANTECEDENTS = "antecedents"
# Of every paper: who the person is, which case, when and by whom it was issued, and who may see it.
COMMON = ("party.nome", "party.data_nascimento", "case.number", "issued_at", "unit.code", "secrecy")
_ORDER = ("fields.motivo", "fields.sintese_decisao")
_MANDADO_PRISAO = ("fields.data_validade", "fields.especie_prisao", "fields.sintese_decisao")
_K = Kind
ANNEX: dict[str, tuple[str, ...]] = {
    _K.MANDADO_PRISAO_CRIMINAL: _MANDADO_PRISAO,
    _K.MANDADO_PRISAO_CIVIL: _MANDADO_PRISAO,
    _K.MANDADO_INTERNACAO: ("fields.data_validade", "fields.especie_internacao", "fields.sintese_decisao"),
    _K.CONTRAMANDADO_PRISAO: (*_ORDER, ANTECEDENTS),
    _K.CONTRAMANDADO_INTERNACAO: (*_ORDER, ANTECEDENTS),
    _K.ALVARA_SOLTURA: _ORDER,
    _K.ORDEM_LIBERACAO: _ORDER,
    _K.ORDEM_DESINTERNACAO: _ORDER,
}
OF_VARIANT: dict[tuple[str, str], tuple[str, ...]] = {
    (_K.MANDADO_PRISAO_CRIMINAL, Variant.CONVERSAO_FLAGRANTE): (
        "fields.prisao.uf",
        "fields.prisao.municipio",
        "fields.prisao.estabelecimento",
        "fields.prisao.data",
    ),
    (_K.ALVARA_SOLTURA, Variant.MANDADO_CUMPRIDO): (ANTECEDENTS,),
    (_K.ALVARA_SOLTURA, Variant.PRISAO_FLAGRANTE): ("fields.local_prisao",),
}
LABELS: dict[str, str] = {
    "party.nome": "nome da pessoa",
    "party.data_nascimento": "data de nascimento",
    "case.number": "número do processo",
    "issued_at": "data de expedição",
    "unit.code": "órgão expedidor",
    "secrecy": "sigilo",
    "fields.data_validade": "data de validade",
    "fields.especie_prisao": "espécie de prisão",
    "fields.especie_internacao": "espécie de internação",
    "fields.sintese_decisao": "síntese da decisão",
    "fields.motivo": "motivo da expedição",
    "fields.local_prisao": "local da prisão em flagrante",
    "fields.prisao.uf": "UF da prisão",
    "fields.prisao.municipio": "município da prisão",
    "fields.prisao.estabelecimento": "estabelecimento da prisão",
    "fields.prisao.data": "data da prisão",
    ANTECEDENTS: "mandado alcançado",
}


def demanded(kind: str, variant: str | None) -> tuple[str, ...]:
    """The dotted paths that a paper of this kind must have; none for a kind that knows no contingency."""
    of_kind = ANNEX.get(kind)
    return () if of_kind is None else (*COMMON, *of_kind, *OF_VARIANT.get((kind, variant or ""), ()))


def lacks(kind: str, variant: str | None, gaps: Iterable[str], *, names_antecedents: bool) -> tuple[str, ...]:
    """What of it a paper with these gaps lacks, in Portuguese, in the order of the annex."""
    known = tuple(gaps)
    return tuple(
        LABELS[path]
        for path in demanded(kind, variant)
        if any(_covers(gap, path) for gap in known) or (path == ANTECEDENTS and not names_antecedents)
    )


def lacks_of(document: Document) -> tuple[str, ...]:
    """What of the annex a document lacks."""
    return lacks(document.kind, document.variant, document.gaps, names_antecedents=bool(document.antecedents))


def _covers(gap: str, path: str) -> bool:
    """Whether a gap is the field, or the group that it is in, or a part of it."""
    return gap == path or path.startswith(f"{gap}.") or gap.startswith(f"{path}.")
