"""What operators see of a person's custody: periods, banners, what was told, what is to mend; and of nobody's party."""

import json
from datetime import date, timedelta

from tests.console.conftest import Call
from tests.ledger.office import PEOPLE, Office, key_of

TODAY = date(2026, 11, 20)


def test_a_person_is_shown_with_periods_banners_and_events_to_mend(call: Call, office: Office) -> None:
    # given
    office.take(office.custody("h-1", 144, TODAY - timedelta(days=60), person=1))
    office.take(office.custody("h-2", 62, TODAY - timedelta(days=30), person=1))
    office.take(office.custody("h-3", 966, TODAY, person=1, custody={"kind_code": 5, "counts_for_sentence": False}))
    # when
    plain = call("person", "show", key_of(1).decode())
    shown = json.loads(call("person", "show", key_of(1).decode(), "--json").stdout)["custody"]
    # then
    case = shown["periods"][0]["case_number"]
    assert shown["periods"] == [
        {
            "case_number": case,
            "event": "PRISAO",
            "since": "2026-09-21",
            "until": "2026-10-21",
            "ended_by": "ALVARA_SOLTURA",
            "other_court": False,
        },
        {
            "case_number": case,
            "event": "PRISAO_CIVIL",
            "since": "2026-11-20",
            "until": None,
            "ended_by": None,
            "other_court": False,
        },
    ]
    assert shown["gaps"] == [{"event_id": "h-3", "event_code": 966, "gaps": ["custody.kind_code"]}]
    assert shown["banners"] == [{"case_number": case, "banner": "REU_PRESO"}]
    assert f"custody  {case}  PRISAO_CIVIL  since 2026-11-20  stands" in plain.stdout
    assert f"banner   {case}  REU_PRESO" in plain.stdout
    assert "to mend  event h-3: custody.kind_code" in plain.stdout
    assert PEOPLE[1].party_id not in plain.stdout
