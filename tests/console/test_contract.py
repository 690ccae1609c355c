"""The contract on the command line: printed without any settings, and one clear sentence for what is not in it."""

import json

import pytest
from typer.testing import CliRunner, Result

from console.main import app
from producers.saj import check
from rules.words import Kind
from schemas.asyncapi import document
from schemas.published import schema
from schemas.samples import sample

ISSUED = "saj.document.issued.v1"


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_the_whole_contract_is_printed_as_one_document() -> None:
    # when
    done = call("asyncapi")
    # then
    assert (done.exit_code, json.loads(done.stdout)) == (0, document())


@pytest.mark.parametrize("event", [ISSUED, "saj.link.tested.v1", "bnmp.document.held.v1"])
def test_the_schema_of_an_event_and_a_sample_of_it_are_printed(event: str) -> None:
    # when
    described, shown = call("schema", event), call("sample", event)
    # then
    assert (described.exit_code, json.loads(described.stdout)) == (0, schema(event))
    assert (shown.exit_code, json.loads(shown.stdout)) == (0, sample(event))


def test_a_sample_of_a_kind_and_variant_can_be_asked_for_and_holds() -> None:
    # when
    done = call("sample", ISSUED, "--kind", "ALVARA_SOLTURA", "--variant", "PRISAO_FLAGRANTE")
    # then
    shown = json.loads(done.stdout)
    assert (shown["kind"], shown["variant"], check(ISSUED, shown)) == (Kind.ALVARA_SOLTURA, "PRISAO_FLAGRANTE", [])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("schema", "saj.nothing.v1"), "saj.document.issued.v1"),
        (("schema",), "--cli"),
        (("schema", ISSUED, "--cli", "lag"), "--cli"),
        (("schema", "--cli", "nothing"), "documents list"),
        (("sample", "saj.nothing.v1"), "saj.document.issued.v1"),
        (("sample", "saj.link.tested.v1", "--kind", "ALVARA_SOLTURA"), "belong to"),
        (("sample", ISSUED, "--kind", "ALVARA_SOLTURA", "--variant", "RECAPTURA"), "PRISAO_FLAGRANTE"),
    ],
)
def test_what_is_not_in_the_contract_is_2_and_says_what_is(words: tuple[str, ...], said: str) -> None:
    # when
    done = call(*words)
    # then
    assert (done.exit_code, said in done.stderr) == (2, True), done.stderr
