"""The stock: what was issued before BNMP 2.0, or on models that do not communicate, and is registered now (docs/law.md legacy).

Only what a person has looked at goes: a mandado after its unit's analysis, and nobody is linked or created without a
choice of RJI (docs/law.md safety-22). What is prefilled is what SAJ prefills; the rest the unit types.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import auto

from rules.history import Custody
from rules.kinds import CERTIDOES_CUMPRIMENTO, MANDADOS, is_liberty
from rules.words import CustodyEvent, Kind, Role, _Name

JUSTIFICATION = "Regularização do acervo"
EXCLUDER = Role.CHEFE_DE_CARTORIO
"""Who alone may take an item from the list; the mandado keeps its status in SAJ and nothing is sent."""

GUIAS_OF_STOCK = frozenset({Kind.GUIA_RECOLHIMENTO_ACERVO, Kind.GUIA_INTERNACAO_ACERVO})
STOCK: frozenset[str] = MANDADOS | CERTIDOES_CUMPRIMENTO | GUIAS_OF_STOCK


class Item(_Name):
    """The kinds of item on the list (tipo de regularização)."""

    MANDADO_AG_CUMPRIMENTO = auto()
    MANDADO_CUMPRIDO = auto()
    GUIA_EXECUCAO = auto()
    PRISAO_SEM_MANDADO = auto()


@dataclass(frozen=True, slots=True)
class ItemRow:
    """What regularising an item sends, in this order and as one; `decides`: it asks for a decision and sends nothing."""

    item: Item
    sends: tuple[frozenset[str], ...]
    decides: bool = False


_TABLE = (
    ItemRow(Item.MANDADO_AG_CUMPRIMENTO, (frozenset(MANDADOS),)),
    ItemRow(Item.MANDADO_CUMPRIDO, (frozenset(MANDADOS), frozenset(CERTIDOES_CUMPRIMENTO))),
    ItemRow(Item.GUIA_EXECUCAO, (frozenset(GUIAS_OF_STOCK),)),
    ItemRow(Item.PRISAO_SEM_MANDADO, (), decides=True),
)
ITEMS: dict[Item, ItemRow] = {row.item: row for row in _TABLE}


class Colour(_Name):
    """What became of an item: VERDE is registered, VERMELHO was taken off the list."""

    VERDE = auto()
    VERMELHO = auto()


@dataclass(frozen=True, slots=True)
class StockItem:
    """An item of the list; `documents` were made of it, and while it is pending it has no `colour`.

    `summing_case`: the case into which the sentences of its own are summed.
    """

    item_id: str
    person: int
    kind: Item
    unit: str = ""
    case_number: str | None = None
    summing_case: str | None = None
    documents: tuple[str, ...] = ()
    colour: Colour | None = None


@dataclass(frozen=True, slots=True)
class Preset:
    """A list of the manual's quick guide: its kind of item, and the situations of the case; days and custody left open."""

    item: Item
    situations: tuple[str, ...] = ()


PRESETS: dict[str, Preset] = {
    "presos-provisorios": Preset(Item.MANDADO_CUMPRIDO, ("EM_ANDAMENTO",)),
    "mandados-pendentes": Preset(Item.MANDADO_AG_CUMPRIMENTO, ("SUSPENSO", "EM_ANDAMENTO")),
    "presos-com-pec": Preset(Item.GUIA_EXECUCAO, ("EM_ANDAMENTO",)),
    "presos-sem-mandado": Preset(Item.PRISAO_SEM_MANDADO),
}


def half_a_year_before(day: date) -> date:
    """The first day of the last six months, which the list shows unless it is asked for others."""
    months = day.year * 12 + day.month - 1 - 6
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def wrongs(kind: str, rji: str | None) -> tuple[str, ...]:
    """What keeps a document of the stock from going, as names of what is missing; nothing where it may go."""
    if kind not in STOCK:
        return ("origin",)
    analysis = ("analysis",) if kind in MANDADOS else ()
    return analysis + unnamed(kind, rji)


def unnamed(kind: str, rji: str | None) -> tuple[str, ...]:
    """In work on the stock a person's RJI is chosen by the unit; a release takes that of its warrant (safety-22)."""
    return () if rji is not None or is_liberty(kind) else ("rji",)


@dataclass(frozen=True, slots=True)
class Prefilled:
    """What the screen of a fulfilled mandado shows before anybody types; `on` is the day of the arrest, if it is known."""

    justification: str = JUSTIFICATION
    responsible: str = JUSTIFICATION
    on: date | None = None
    event_id: str | None = None


def prefilled(case_number: str, events: Iterable[Custody]) -> Prefilled:
    """The data of the arrest from the history of parties: the last one in the case, of this court (event 144)."""
    arrests = [
        one
        for one in events
        if one.event is CustodyEvent.PRISAO and not one.other_court and one.dated and one.case_number == case_number
    ]
    last = max(arrests, key=lambda one: (one.on, one.event_id), default=None)
    return Prefilled() if last is None else Prefilled(on=last.on, event_id=last.event_id)
