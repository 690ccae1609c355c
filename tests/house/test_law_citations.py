"""Every rule that the code cites stands in docs/law.md, and every safety rule is cited or said to be missing."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("rules", "schemas", "ledger", "bnmp", "producers", "consumers", "operations", "sandbox", "runtime", "console")
HEADING = re.compile(r"^#{2,3} (\S+)$", re.MULTILINE)
LISTED = re.compile(r"\*\*((?:ANT|FAIL|ROUTE)-\d+b?)\*\*")
SAFETY = re.compile(r"\bsafety[- ](\d+)((?:\s*(?:,|to|and)\s*(?:safety[- ])?\d+)*)")
OTHER = re.compile(r"docs/law\.md,?\s+(?!safety[- ]\d)([A-Za-z0-9][A-Za-z0-9-]*)")
LETTERED = re.compile(r"\b(?:ANT|FAIL|ROUTE)-\d+b?\b")


def _law() -> str:
    return (ROOT / "docs" / "law.md").read_text(encoding="utf-8")


def _anchors() -> set[str]:
    return set(HEADING.findall(_law())) | set(LISTED.findall(_law()))


def _cited(text: str) -> set[str]:
    """The anchors that a text cites; "safety-15 to safety-18" cites both ends and what lies between."""
    found = set(OTHER.findall(text)) | set(LETTERED.findall(text))
    for first, rest in SAFETY.findall(text):
        numbers = [int(first), *(int(n) for n in re.findall(r"\d+", rest))]
        if "to" in rest:
            numbers = list(range(numbers[0], numbers[-1] + 1))
        found |= {f"safety-{n}" for n in numbers}
    return found


def _by_file() -> dict[str, set[str]]:
    paths = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    return {str(path.relative_to(ROOT)): _cited(path.read_text(encoding="utf-8")) for path in paths}


def test_every_anchor_that_the_code_cites_stands_in_the_law() -> None:
    anchors = _anchors()
    missing = {path: sorted(cited - anchors) for path, cited in _by_file().items() if cited - anchors}
    assert missing == {}


def test_every_safety_rule_is_cited_by_the_code_or_says_that_it_is_not_built_yet() -> None:
    cited = set().union(*_by_file().values())
    sections = dict(re.findall(r"^## (safety-\d+)\n(.*?)(?=^## )", _law(), re.MULTILINE | re.DOTALL))
    assert sorted(sections, key=lambda name: int(name[7:])) == [f"safety-{n}" for n in range(1, 31)]
    silent = [name for name, text in sections.items() if name not in cited and "**Not built yet**" not in text]
    assert silent == []


def test_the_page_has_every_section_that_others_rely_on() -> None:
    wanted = {
        "words",
        "kinds",
        "contingency-list",
        "contingency",
        "antecedents",
        "effects",
        "cancellation",
        "routing",
        "FAIL-n",
    }
    wanted |= (
        {"ROUTE-7b"}
        | {f"ROUTE-{n}" for n in range(1, 13)}
        | {f"ANT-{n}" for n in range(1, 16)}
        | {f"FAIL-{n}" for n in range(1, 20)}
        | {f"I{n}" for n in range(1, 13)}
    )
    assert wanted <= _anchors()


def test_a_range_and_a_list_of_rules_are_read_in_full() -> None:
    text = "see docs/law.md safety-15 to safety-18, and (docs/law.md safety-10, 22), docs/law.md words, ANT-5"
    assert _cited(text) == {f"safety-{n}" for n in (10, 15, 16, 17, 18, 22)} | {"words", "ANT-5"}
