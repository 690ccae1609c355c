"""What goes first, what goes together, and what never goes alone (docs/law.md safety-8 to safety-14)."""

import itertools
from datetime import date

from rules.words import Reason, State
from tests.story.court import Court

REGISTERED = (State.REGISTERED, None)
CHAIN = ("MANDADO", "CERTIDAO", "ALVARA")


async def test_safety_8_what_a_release_waits_for_goes_before_an_older_mandado(court: Court) -> None:
    # given an older mandado, and a release whose mandado and certidão are not there yet
    court.publish("MANDADO", "M-0")
    court.publish("MANDADO", "M-1")
    court.publish("CERTIDAO", "C-1", "M-1")
    court.publish("ALVARA", "A-1", "M-1")
    assert {court.office.row(one)["priority"] for one in ("M-1", "C-1", "A-1")} == {0}
    # when
    await court.work()
    # then
    created = [step.split()[0] for step in court.order if step.endswith(" CREATE")]
    assert created == ["M-1", "C-1", "A-1", "M-0"]


async def test_safety_9_of_one_person_never_two_requests_are_under_way(court: Court) -> None:
    # when
    for n in range(3):
        court.publish("FLAGRANTE", f"M-{n}")
    await court.work()
    # then
    spans = sorted((one["at"], one["ended_at"]) for one in court.requests("mandado-prisaos"))
    assert len(spans) >= 9
    assert all(ended <= began for (_, ended), (began, _) in itertools.pairwise(spans))


async def test_safety_10_nothing_of_a_chain_starts_while_a_link_is_missing(court: Court) -> None:
    # given all but the certidão
    court.publish("MANDADO", "M-1")
    court.publish("ALVARA", "A-1", "M-1")
    await court.work()
    assert court.standing("M-1") == (State.HELD, Reason.CHAIN_INCOMPLETE)
    assert court.requests("mandado") == []
    # when it comes
    await court.issue("CERTIDAO", "C-1", "M-1")
    # then all of it goes, in one sequence
    assert [court.standing(one) for one in ("M-1", "C-1", "A-1")] == [REGISTERED] * 3
    created = [step.split()[0] for step in court.order if step.endswith(" CREATE")]
    assert created == ["M-1", "C-1", "A-1"]


async def test_safety_11_a_mandado_goes_only_with_the_contramandado_that_reaches_it(court: Court) -> None:
    # given a contramandado that lacks a field
    court.publish("CONTRAMANDADO", "K-1", "M-1", fields={"motivo": "m"})
    # when
    await court.issue("MANDADO", "M-1")
    # then nobody is wanted
    assert court.standing("M-1") == (State.HELD, Reason.CHAIN_INCOMPLETE)
    assert court.situation() is None
    # when it is completed
    await court.issue("CONTRAMANDADO", "K-1", "M-1")
    # then
    assert (court.status("M-1"), court.situation()) == ("Revogado", "Em Liberdade")


async def test_safety_11_a_mandado_whose_release_was_taken_back_waits_for_the_judges_word(court: Court) -> None:
    # given
    court.publish("CONTRAMANDADO", "K-1", "M-1", fields={"motivo": "m"})
    await court.issue("MANDADO", "M-1")
    # when the judge takes the release back
    assert await court.withdraw("K-1") == "APPLIED"
    # then
    assert court.standing("M-1") == (State.HELD, Reason.NEEDS_JUDGE)
    # when
    assert await court.command("document.statement-given", document_id="M-1", statement="SEND", text="s") == "APPLIED"
    # then
    assert court.standing("M-1") == REGISTERED


async def test_safety_12_a_release_in_the_history_of_parties_stops_a_mandado_on_its_way(court: Court) -> None:
    # given
    court.publish("MANDADO", "M-1")
    # when
    await court.recorded(62, date(2026, 11, 20))
    # then
    assert court.standing("M-1") == (State.HELD, Reason.NEEDS_JUDGE)
    assert court.requests("mandado") == []


async def test_safety_12_a_certified_death_stops_a_mandado_on_its_way(court: Court) -> None:
    # given
    court.publish("MANDADO", "M-1")
    # when
    await court.issue("MORTE", "D-1")
    # then
    assert (court.standing("M-1"), court.standing("D-1")) == ((State.HELD, Reason.NEEDS_JUDGE), REGISTERED)


async def test_safety_13_a_mandado_that_grew_old_in_the_outage_goes_to_the_judge(court: Court) -> None:
    # given
    await court.cut()
    fields = {"data_validade": "2026-11-20", "especie_prisao": "PREVENTIVA", "sintese_decisao": "s"}
    await court.issue("MANDADO", "M-1", fields=fields)
    assert court.standing("M-1") == (State.HELD, Reason.AWAITING_CONSENT)
    await court.says("M-1", "NAO")
    # when the link is back the day after
    court.later(86_400)
    await court.back()
    # then
    assert (court.standing("M-1"), court.missing("M-1")) == ((State.HELD, Reason.NEEDS_JUDGE), ["fields.data_validade"])


async def test_safety_14_when_the_link_is_back_a_release_goes_before_what_waited_longer(court: Court) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    await court.issue("CERTIDAO", "C-1", "M-1")
    await court.cut()
    await court.issue("MANDADO", "M-2")
    await court.issue("GUIA_DEFINITIVA", "G-1", "M-1")
    await court.issue("ALVARA", "A-1", "M-1")
    for one in ("M-2", "A-1"):
        await court.says(one, "NAO")
    assert [court.office.row(one)["state"] for one in ("M-2", "G-1", "A-1")] == [State.HELD] * 3
    court.order.clear()
    # when
    await court.back()
    # then
    created = [step.split()[0] for step in court.order if step.endswith(" CREATE")]
    assert created[0] == "A-1"
    assert court.standing("A-1") == REGISTERED
