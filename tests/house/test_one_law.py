"""The law is in rules/ alone: who carries, keeps, operates or wires does not know one kind from another."""

import ast
from collections.abc import Iterator

import pytest

from rules import kinds
from rules.words import Kind, Variant
from tests.house.tree import modules, name

# What only carries, keeps, operates and wires; `bnmp`, `schemas` and the sandbox are about kinds.
ROOMS = ("consumers", "ledger", "operations", "runtime", "producers")
WORDS = frozenset(Kind) | frozenset(Variant)
SETS = frozenset(
    called
    for called, value in vars(kinds).items()
    if not called.startswith("_") and isinstance(value, frozenset) and value & frozenset(Kind)
)


def named(source: str) -> Iterator[str]:
    """Every kind, variant or set of kinds that a module's code names, with its line."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=str(text)) if text in WORDS:
                yield f"{node.lineno}: {text}"
            case ast.Attribute(value=ast.Name(id="Kind" | "Variant"), attr=attr):
                yield f"{node.lineno}: {attr}"
            case ast.ImportFrom(module="rules.kinds" | "rules.words", names=names):
                yield from (f"{node.lineno}: {one.name}" for one in names if one.name in SETS | {"Kind", "Variant"})


@pytest.mark.parametrize("room", ROOMS)
def test_no_kind_is_named_outside_the_law(room: str) -> None:
    # when
    found = [
        f"{name(path)}:{line}"
        for path in modules()
        if name(path).startswith(f"{room}/")
        for line in named(path.read_text(encoding="utf-8"))
    ]
    # then
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        'if document.kind == "ALVARA_SOLTURA": pass',
        "from rules.words import Kind",
        "x = Kind.ORDEM_LIBERACAO",
        "from rules.kinds import MANDADOS",
        'VARIANT = ("CONVERSAO",)',
    ],
)
def test_whoever_named_one_would_be_found(source: str) -> None:
    assert {"MANDADOS", "GUIAS", "CERTIDOES_CUMPRIMENTO"} <= SETS
    assert list(named(source))
