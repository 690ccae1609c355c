"""Invented people: the parties of the cases, and the users of the court. Nobody of them exists, and all look it.

Names carry the seed, so that two days of different seeds have no namesakes before one registry. Nor have they a CPF in
common where the seeds end in different digits and nobody invents more than a hundred thousand people.
"""

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

_FIRST_BIRTH = date(1955, 1, 1)
_BIRTH_DAYS = 18_000
# No CPF has been issued with so low a number: what looks invented is. Each last digit of a seed begins at a tenth of its own.
_MOST_CPF = 999_999
_TENTHS, _TENTH = 10, 100_000


@dataclass(frozen=True, slots=True)
class Invented:
    """A party; `cpf` is 11 digits with right check digits, `party_id` SAJ's own."""

    party_id: str
    nome: str
    nome_mae: str
    data_nascimento: date
    sexo: str
    cpf: str

    def as_party(self) -> dict[str, Any]:
        """Give the `party` of an event; SAJ does not know the RJI yet."""
        return {
            "party_id": self.party_id,
            "rji": None,
            "nome": self.nome,
            "nome_mae": self.nome_mae,
            "nome_pai": None,
            "data_nascimento": self.data_nascimento.isoformat(),
            "sexo": self.sexo,
            "cpf": self.cpf,
            "alcunha": None,
        }


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the court; `code` is SAJ's."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class User:
    """A user of the court: SAJ knows them as `user`, the registry by `login` and `senha`."""

    user: str
    login: str
    senha: str
    position: str
    title: str
    name: str
    units: tuple[str, ...]

    def as_registry_user(self) -> dict[str, Any]:
        """Give the row that the registry simulator's control port takes."""
        return {
            "username": self.login,
            "password": self.senha,
            "position": self.position,
            "name": self.name,
            "units": list(self.units),
        }


@dataclass(frozen=True, slots=True)
class Staff:
    """A unit with those who sign in it."""

    unit: Unit
    servidor: User
    magistrado: User


UNITS = (
    Unit("90101", "1ª Vara Criminal Inventada"),
    Unit("90102", "2ª Vara Criminal Inventada"),
    Unit("90103", "Vara do Júri Inventada"),
)


def invent_people(count: int, seed: int) -> tuple[Invented, ...]:
    """Invent `count` people, the same for the same seed, none like another."""
    chance = random.Random(f"people {seed}")  # noqa: S311 - a repeatable day, no secret
    first = seed % _TENTHS * _TENTH
    return tuple(
        Invented(
            party_id=f"{seed}{index:04d}",
            nome=f"Pessoa Inventada {seed}{index:04d}",
            nome_mae=f"Mae Inventada {seed}{index:04d}",
            data_nascimento=_FIRST_BIRTH + timedelta(days=chance.randrange(_BIRTH_DAYS)),
            sexo=chance.choice("MF"),
            cpf=_cpf((first + index) % _MOST_CPF + 1),
        )
        for index in range(1, count + 1)
    )


def invent_staff() -> tuple[Staff, ...]:
    """Invent a servidor and a magistrado for each unit; always the same, so that another day finds its users known."""
    chance = random.Random("staff")  # noqa: S311 - invented credentials of invented people

    def user(letter: str, number: int, position: str, title: str, unit: Unit) -> User:
        name = f"{title} {'Servidor' if letter == 'u' else 'Magistrado'} Inventado {number}"
        senha = f"inventada-{chance.randrange(10**8):08d}"
        return User(f"{letter}{number}", f"{letter}{number}.inventado", senha, position, title, name, (unit.code,))

    return tuple(
        Staff(
            unit,
            user("u", 900 + index, "SERVIDOR", "Analista", unit),
            user("m", 900 + index, "MAGISTRADO", "Juiz", unit),
        )
        for index, unit in enumerate(UNITS, start=1)
    )


def write_credentials(users: Iterable[User], folder: Path) -> None:
    """Write `<user>.json` for each user into `folder`, readable by its owner alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for user in users:
        file = folder / f"{user.user}.json"
        file.touch(mode=0o600)
        text = json.dumps({"login": user.login, "senha": user.senha, "units": list(user.units)})
        file.write_text(text, encoding="utf-8")


def _cpf(number: int) -> str:
    digits = f"{number:09d}"
    for _ in range(2):
        weighed = sum(int(digit) * weight for digit, weight in zip(digits, range(len(digits) + 1, 1, -1), strict=True))
        digits += str(weighed * 10 % 11 % 10)
    return digits
