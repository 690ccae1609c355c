"""The page of mutation names its survivors so that they are found again wherever their lines have moved (docs/mutation.md)."""

from tests.rules.argued import ARGUED
from tests.rules.faults import RULES, Fault, faults
from tests.rules.mutate import asked_again, rows, survivors
from tests.rules.planting import NOTICED, SURVIVED


def _some() -> list[Fault]:
    """One that is argued, two of a line with alternatives, and one more."""
    found = {one.mended(): one for one in faults(RULES / "reach.py")}
    argued = next(one for named, one in found.items() if named in ARGUED)
    alternatives = [one for named, one in found.items() if "|" in named[1] and named not in ARGUED]
    others = [one for named, one in found.items() if "|" not in named[1] and named not in ARGUED]
    return [argued, *alternatives[:2], others[0]]


def test_what_survived_is_read_from_the_page_by_its_broken_line() -> None:
    # given
    survived = _some()
    done = [(one, SURVIVED) for one in survived]
    # when
    text = "\n".join([*rows(done, argued=True), *rows(done, argued=False)])
    # then
    assert set(survivors(text)) == {one.mended() for one in survived}


def test_of_the_survivors_of_a_page_it_is_told_what_became_of_each() -> None:
    # given a page with four, of which a line is gone since and two are noticed by now
    argued, gone, *noticed = _some()
    before = [(one, SURVIVED) for one in (argued, gone, *noticed)]
    listed = [*rows(before, argued=True), *rows(before, argued=False)]
    text = "\n".join(["# Mutation", "", "| of the run |", "## Survivors that are right to survive", *listed])
    # when
    after = asked_again(text, [(argued, SURVIVED), *((one, NOTICED) for one in noticed)], "Today")
    # then
    told = "Today: of 4 survivors 1 were of lines that are no longer there, 2 are noticed now, 1 survive (1 of them argued)"
    assert told in after
    assert after.startswith("# Mutation\n\n| of the run |\n")
    assert survivors(after) == [argued.mended()]
