"""Secrets come as files of a folder, and nobody has to write them into an address."""

from pathlib import Path

import pytest

from runtime.settings import SettingsError, environment

_URL = "postgresql+psycopg://saj@db.example/ledger"


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of secrets that the settings name."""
    monkeypatch.setenv("SAJ_BNMP_SECRETS", str(tmp_path))
    monkeypatch.setenv("SAJ_BNMP_KAFKA_BOOTSTRAP", "localhost:9092")
    monkeypatch.setenv("SAJ_BNMP_DATABASE_URL", _URL)
    monkeypatch.delenv("SAJ_BNMP_PERSON_HASH_KEY", raising=False)
    return tmp_path


def test_a_password_in_a_file_is_put_into_the_address(secrets: Path) -> None:
    # given one that means something in an address, and the line's end that editors write
    (secrets / "saj_bnmp_database_password").write_text("in/vented@pass:word\n")
    # when, then
    assert environment().database_url == "postgresql+psycopg://saj:in%2Fvented%40pass%3Aword@db.example/ledger"


def test_an_address_that_has_its_password_keeps_it(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    (secrets / "saj_bnmp_database_password").write_text("invented")
    monkeypatch.setenv("SAJ_BNMP_DATABASE_URL", "postgresql+psycopg://saj:own@db.example/ledger")
    # when, then
    assert environment().database_url == "postgresql+psycopg://saj:own@db.example/ledger"


def test_a_variable_counts_before_a_file(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    (secrets / "saj_bnmp_person_hash_key").write_text("of the file")
    assert environment().person_hash_key.get_secret_value() == "of the file"
    # when
    monkeypatch.setenv("SAJ_BNMP_PERSON_HASH_KEY", "of the variable")
    # then
    assert environment().person_hash_key.get_secret_value() == "of the variable"


def test_a_folder_that_is_not_there_stops_the_start(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setenv("SAJ_BNMP_SECRETS", str(secrets / "nowhere"))
    # when, then
    with pytest.raises(SettingsError, match="SAJ_BNMP_SECRETS"):
        environment()


def test_a_password_for_nobody_stops_the_start_and_is_not_shown(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    (secrets / "saj_bnmp_database_password").write_text("invented")
    monkeypatch.setenv("SAJ_BNMP_DATABASE_URL", "postgresql+psycopg://db.example/ledger")
    # when
    with pytest.raises(SettingsError, match=r"SAJ_BNMP_DATABASE_URL: .* names no user") as wrong:
        environment()
    # then
    assert "invented" not in str(wrong.value)
