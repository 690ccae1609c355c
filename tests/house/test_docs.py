"""The pages cannot lie: what is generated is fresh, what is named is there."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from console.main import app
from tests.house.pages import PAGES
from tests.house.tree import ROOMS, ROOT, name, tracked

_PAGES = tuple(path for path in tracked() if path.suffix == ".md")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES)
def test_a_generated_page_is_what_the_code_says_today(page: str) -> None:
    assert (ROOT / page).read_text(encoding="utf-8") == PAGES[page](), "run make docs"


def test_every_link_between_pages_leads_somewhere() -> None:
    # when
    broken = [
        f"{name(page)}: {link}"
        for page in _PAGES
        for link in _LINK.findall(page.read_text(encoding="utf-8"))
        if not link.startswith(("http", "#")) and not (page.parent / link.partition("#")[0]).exists()
    ]
    # then
    assert broken == []


def test_every_make_target_that_a_page_names_is_in_the_makefile() -> None:
    # given
    targets = set(re.findall(r"^([a-z]+):.* ## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    # when
    named = _named(r"(?:^|`)make ([a-z]+)")
    # then
    assert {"demo", "test", "check"} <= named
    assert named - targets == set()


def test_every_command_that_a_page_names_is_on_the_command_line() -> None:
    # given
    commands = set(getattr(get_command(app), "commands", ()))
    # when
    named = _named(r"(?:^|`)saj-bnmp ([a-z-]+)")
    # then
    assert named
    assert named - commands == set()


def _named(pattern: str) -> set[str]:
    return {found for page in _PAGES for found in re.findall(pattern, page.read_text(encoding="utf-8"), re.MULTILINE)}


def test_the_readme_has_a_line_for_every_room() -> None:
    # given
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    # when
    absent = [room for room in ROOMS if f"| `{room}/` |" not in readme]
    # then
    assert absent == []


def test_every_decision_is_told_in_three_parts_and_listed() -> None:
    # given
    folder = ROOT / "docs" / "adr"
    listed = (folder / "README.md").read_text(encoding="utf-8")
    decisions = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    # then
    assert decisions
    assert [path.name for path in decisions if f"({path.name})" not in listed] == []
    assert [path.name for path in decisions if _headings(path) != ["Context", "Decision", "Consequences"]] == []


def _headings(path: Path) -> list[str]:
    return re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
