"""What becomes of an answer whose request took effect: the moods that leave the caller in doubt."""

from collections.abc import Callable
from datetime import datetime

from sandbox.bnmp.moods import Dice, Moods
from sandbox.bnmp.refusals import DUPLICATE, FAULT, Refusal
from sandbox.bnmp.world import Answer

PROXY_PAGE = "<html><body><h1>Serviço temporariamente indisponível</h1></body></html>"


class Silence(Exception):  # noqa: N818 - not an error: the registry hangs up without an answer
    """The connection is to be closed without an answer; the text says why."""


Spoil = Callable[[Answer, str, datetime, Dice], Answer]
"""Puts another answer in the place of one, for a path at an instant."""


def _dropped(_answer: Answer, _path: str, _at: datetime, _dice: Dice) -> Answer:
    raise Silence("drop_after_accept")


def _garbled(answer: Answer, _path: str, _at: datetime, dice: Dice) -> Answer:
    forms = (
        Answer(502, PROXY_PAGE, html=True),
        Answer(503, PROXY_PAGE, html=True),
        Answer(504),
        Answer(answer.status),
        Answer(answer.status, PROXY_PAGE, html=True),
        Answer(answer.status, answer.body, half=True),
    )
    return dice.pick("garble_form", forms)


def _faulted(_answer: Answer, path: str, at: datetime, _dice: Dice) -> Answer:
    return Answer(500, Refusal(500, FAULT, "Erro interno do servidor").as_json(path, at))


def _doubled(_answer: Answer, path: str, at: datetime, _dice: Dice) -> Answer:
    return Answer(409, Refusal(409, DUPLICATE, "Registro já existente").as_json(path, at))


_BY_MOOD: dict[str, Spoil] = {
    "drop_after_accept": _dropped,
    "garble_after_accept": _garbled,
    "fault_after_accept": _faulted,
    "duplicate_409": _doubled,
}


def spoil_of(moods: Moods, dice: Dice, *, creates: bool) -> tuple[str, Spoil] | None:
    """Throw for each mood that may spoil the answer of a request that took effect; `creates`: it made something new."""
    struck = [mood for mood in _BY_MOOD if dice.strikes(mood, getattr(moods, mood))]
    found = next((mood for mood in struck if creates or mood != "duplicate_409"), None)
    return (found, _BY_MOOD[found]) if found else None
