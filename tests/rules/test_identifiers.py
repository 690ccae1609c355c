"""Identifiers are read with and without their masks, and only those with a public rule are checked (docs/law.md identifiers)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.identifiers import CASE, CPF, NATIONAL, RJI, case_number, cpf, is_of, national_number, rji
from rules.words import AnswerClass, PecaStatus, State, Step
from tests.rules.desk import Desk, document, piece

CASES = (
    "0000001-43.2018.8.24.0023",
    "0001234-09.2020.8.12.0001",
    "1500123-75.2017.8.26.0050",
    "0700456-11.2019.8.02.0001",
)
NUMBER = "0000001-43.2018.8.24.0023.01.0001-07"
BARE_NUMBER = "0000001432018824002301000107"


@pytest.mark.parametrize("number", CASES)
def test_a_case_number_is_read_bare_and_masked_and_comes_out_masked(number: str) -> None:
    # given
    bare = "".join(filter(str.isdigit, number))
    # then
    assert case_number(number) == case_number(bare) == number
    assert CASE.bare(number) == bare


@pytest.mark.parametrize("number", CASES)
def test_any_changed_digit_of_a_case_number_is_noticed(number: str) -> None:
    for index, digit in enumerate(number):
        if digit.isdigit():
            assert case_number(f"{number[:index]}{(int(digit) + 1) % 10}{number[index + 1 :]}") is None


def test_a_cpf_is_checked_by_its_two_digits_and_is_never_one_digit_eleven_times() -> None:
    assert cpf("123.456.789-09") == cpf("12345678909") == "12345678909"
    assert CPF.shown("12345678909") == "123.456.789-09"
    assert cpf("12345678908") is None
    assert cpf("12345678919") is None
    assert cpf("11111111111") is None
    # The rest of a division by eleven may be ten, which is written 0.
    assert cpf("00000000604") == "00000000604"


def test_an_rji_and_a_national_number_are_of_a_length_and_no_more() -> None:
    assert rji("260000017-34") == rji("26000001734") == "26000001734"
    assert RJI.shown("26000001734") == "260000017-34"
    assert national_number(NUMBER) == national_number(BARE_NUMBER) == BARE_NUMBER
    assert NATIONAL.shown(BARE_NUMBER) == NUMBER
    assert rji("2600000173") is None
    assert national_number(BARE_NUMBER[:-1]) is None


@pytest.mark.parametrize("text", ["", "26 0000017-34", "260000017--34", "٢٦٠٠٠٠٠١٧٣٤", "26000001734\n"])
def test_what_is_written_otherwise_is_no_identifier(text: str) -> None:
    assert [read(text) for read in (case_number, cpf, rji, national_number)] == [None] * 4
    assert [mask.shown(text) for mask in (CASE, CPF, RJI, NATIONAL)] == [None] * 4


@given(st.sampled_from([(CASE, 20), (RJI, 11), (CPF, 11), (NATIONAL, 28)]), st.data())
def test_a_mask_that_is_put_on_comes_off_again(mask: tuple[object, int], data: st.DataObject) -> None:
    # given
    how, length = mask
    digits = data.draw(st.text("0123456789", min_size=length, max_size=length))
    # then
    assert how.bare(how.shown(digits)) == digits  # type: ignore[attr-defined]  # one of the masks


def test_a_national_number_of_another_case_or_type_is_told_apart() -> None:
    assert is_of(BARE_NUMBER, "0000001-43.2018.8.24.0023", 1)
    assert is_of(BARE_NUMBER, "00000014320188240023", 1)
    assert not is_of(BARE_NUMBER, "0000001-43.2018.8.24.0023", 10)
    assert not is_of(BARE_NUMBER, "0001234-09.2020.8.12.0001", 1)


def test_a_number_of_another_case_is_told_once_and_the_document_is_registered_all_the_same() -> None:
    # given
    desk = Desk(document("m"))
    desk.until("m", Step.CREATE)
    strange = replace(piece(desk["m"], PecaStatus.EM_ELABORACAO), national_number=BARE_NUMBER)
    desk.answered("m", AnswerClass.OK, piece=strange)
    desk.until("m", Step.READ_BACK)
    # when
    desk.answered("m", AnswerClass.OK, piece=replace(strange, status=PecaStatus.PENDENTE_CUMPRIMENTO))
    # then
    assert desk.standing("m") == (State.REGISTERED, None)
    told = desk.said("bnmp.divergence.found.v1", "m")
    assert [(one.data["kind"], one.data["registry"]) for one in told] == [("NUMBER", BARE_NUMBER)]
    assert told[0].data["ours"] == "0001234092020812000101"


def test_a_number_of_its_own_case_and_type_says_nothing() -> None:
    # given
    desk = Desk(document("m"))
    # when
    desk.register("m")
    # then
    assert desk.said("bnmp.divergence.found.v1") == []
