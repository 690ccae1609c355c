"""People, cases, signers and credentials of the court look invented and hold together."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from rules import identifiers
from sandbox.saj.day import Day, Publication
from sandbox.saj.documents import TYPE, case_number
from sandbox.saj.people import invent_people

_NOW = datetime(2026, 11, 20, 17, 5, 0, 123, tzinfo=UTC)


def _issued(day: Day) -> list[Publication]:
    return [publication for publication in day.publications if publication.data and publication.type == TYPE]


def test_people_have_right_check_digits_and_look_invented() -> None:
    # given
    day = Day.plan(now=_NOW)
    parties = [(publication.data or {})["party"] for publication in _issued(day)]
    # then
    assert len({party["cpf"] for party in parties}) == 60
    for party in parties:
        assert identifiers.cpf(party["cpf"]) == party["cpf"]
        assert party["cpf"].startswith("000")
        assert party["nome"].startswith("Pessoa Inventada ")
        assert party["nome_mae"].startswith("Mae Inventada ")


def test_before_one_registry_two_days_have_no_namesakes_and_no_cpf_in_common() -> None:
    people = [person for seed in (7, 8) for person in invent_people(5_000, seed)]
    assert len({person.cpf for person in people}) == len({person.nome for person in people}) == len(people)


@given(st.integers(0, 10**9), st.integers(1990, 2099))
def test_case_numbers_have_right_check_digits(sequence: int, year: int) -> None:
    number = case_number(sequence, year)
    assert identifiers.case_number(number) == number


def test_signers_are_users_of_the_unit_and_a_judge_releases_orders() -> None:
    # given
    day = Day.plan(now=_NOW)
    users = {user.user: user for user in day.users}
    # then
    for data in (publication.data or {} for publication in _issued(day)):
        unit = data["unit"]["code"]
        signers = [users[row["user"]] for row in data["signatures"]]
        assert all(unit in user.units for user in signers)
        is_certidao = data["kind"].startswith("CERTIDAO_")
        positions = [user.position for user in signers]
        assert positions == (["SERVIDOR"] if is_certidao else ["SERVIDOR", "MAGISTRADO"])
        assert data["released_by"]["role"] == positions[-1]
    for document in day.documents.values():
        assert document.unit in users[document.answered_by].units


def test_credentials_are_written_for_each_user_and_for_no_other_eye(tmp_path: Path) -> None:
    # given
    day, folder = Day.plan(now=_NOW), tmp_path / "credentials"
    # when
    day.write_credentials(folder)
    day.write_credentials(folder)
    # then
    assert {file.stem for file in folder.iterdir()} == {user.user for user in day.users}
    for user in day.users:
        file = folder / f"{user.user}.json"
        assert json.loads(file.read_text()) == {"login": user.login, "senha": user.senha, "units": list(user.units)}
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        registry = user.as_registry_user()
        assert (registry["username"], registry["password"]) == (user.login, user.senha)
        assert registry["position"] in ("SERVIDOR", "MAGISTRADO")
