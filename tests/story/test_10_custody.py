"""The history of parties and BNMP are two books: banners follow the one, and where they differ the unit is told (docs/law.md custody)."""

from rules.words import State
from tests.story.court import Court

BANNERS, DIVERGENCE = "bnmp.case.banners-changed.v1", "bnmp.divergence.found.v1"
OPEN, HELD = "MANDADO_PRISAO_CIVIL_EM_ABERTO", "REU_PRESO"
DAY = 86_400


def shown(court: Court) -> list[tuple[list[str], list[str]]]:
    """What was removed from and set in the case, in the order in which it was told."""
    return [(one.data["removed"], one.data["set"]) for one in court.told(BANNERS)]


def differing(court: Court) -> list[str]:
    """The divergences that were told."""
    return [one.data["kind"] for one in court.told(DIVERGENCE)]


async def test_annex_b_12_a_civil_prison_from_its_mandado_to_the_end_of_its_term(court: Court) -> None:
    # when
    await court.issue("MANDADO_CIVIL", "M-1")
    # then
    assert (shown(court), court.situation()) == ([([], [OPEN])], "Procurado")
    # when the fulfilment is notified
    await court.issue("CERTIDAO", "C-1", "M-1")
    # then
    assert (shown(court)[-1], court.situation()) == (([OPEN], []), "Preso Provisório")
    # when the history has the event 966, with kind 8
    await court.recorded(966, court.office.hand().date())
    # then
    assert shown(court)[-1] == ([], [HELD])
    # when the term is over, on a later day
    await court.wait(DAY)
    await court.recorded(221, court.office.hand().date())
    # then the red banner goes, and no document is asked for
    assert shown(court)[-1] == ([HELD], [])
    await court.wait(2 * DAY)
    assert "RELEASE_EVENT_WITHOUT_RELEASE" not in differing(court)


async def test_annex_b_13_a_release_in_the_history_and_none_in_bnmp_differ(court: Court) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    await court.issue("CERTIDAO", "C-1", "M-1")
    await court.recorded(144, court.office.hand().date())
    # when
    await court.wait(DAY)
    await court.recorded(62, court.office.hand().date())
    await court.wait(2 * DAY)
    # then
    assert differing(court).count("RELEASE_EVENT_WITHOUT_RELEASE") == 1
    # and the other book is left as it is
    assert court.situation() == "Preso Provisório"


async def test_annex_b_13_a_release_in_bnmp_and_a_custody_that_stands_in_the_history_differ(court: Court) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    await court.issue("CERTIDAO", "C-1", "M-1")
    await court.recorded(144, court.office.hand().date())
    # when
    await court.issue("ALVARA", "A-1", "M-1")
    assert court.standing("A-1") == (State.REGISTERED, None)
    await court.wait(2 * DAY)
    # then
    assert differing(court).count("RELEASE_WITHOUT_EVENT") == 1
    assert court.situation() == "Em Liberdade"
