"""The folder of credentials: who is in it, for which unit, and what is no credentials at all."""

import os
from pathlib import Path

import pytest

from bnmp.credentials import CredentialFolder
from tests.bnmp.court import UNIT, write_credentials


@pytest.mark.parametrize("user", ["../secret", "/etc/passwd", "..", ".", "", "a/b", "a\x00b", ".hidden"])
def test_a_user_whose_name_is_a_path_has_no_credentials(user: str, credentials: Path) -> None:
    write_credentials(credentials.parent, "secret", "login", "senha")
    write_credentials(credentials, ".hidden", "login", "senha")
    assert CredentialFolder(credentials).of(user, UNIT) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"login": "a"}',
        '{"login": "a", "senha": 1, "units": ["10234"]}',
        '{"login": "a\\n", "senha": "b", "units": ["10234"]}',
        '{"login": "a", "senha": "b", "units": "10234"}',
    ],
)
def test_a_file_that_does_not_hold_credentials_counts_as_none(text: str, credentials: Path) -> None:
    (credentials / "u999.json").write_text(text)
    assert CredentialFolder(credentials).of("u999", UNIT) is None


def test_credentials_are_good_for_their_units_only_and_never_printed(credentials: Path) -> None:
    folder = CredentialFolder(credentials)
    assert folder.of("u123", "99999") is None
    assert "senha" not in repr(folder.of("u123", UNIT))


def test_a_file_replaced_by_one_of_the_same_age_and_size_is_read_again(credentials: Path) -> None:
    folder, file = CredentialFolder(credentials), credentials / "u123.json"
    before = folder.of("u123", UNIT)
    stat = file.stat()
    other = credentials / "other"
    other.write_text(file.read_text().replace("senha-u", "senha-v"))
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    other.replace(file)
    after = folder.of("u123", UNIT)
    assert before is not None
    assert after is not None
    assert (before.senha, after.senha) == ("senha-u", "senha-v")
