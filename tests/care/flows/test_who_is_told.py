"""Whom a step finds, whom it skips and why, and that nobody is told twice or left alone with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from checkback.care.flows import duty, escalations, policies, rotas, staff_ways
from checkback.care.flows.enrolment import NewContact
from checkback.care.flows.rotas import Shift
from checkback.care.model import Escalation, EscalationNotice, StaffMember, StaffWay
from checkback.care.program import ProgramError
from checkback.care.store import Transaction, people, tellings
from checkback.care.terms import EscalationOutcome, EscalationState, Language, NoticeState, Way
from tests.care.conftest import ON_SQLITE
from tests.story import ALERT_LINE, ANA, DR_LEE, ON_CALL, ORTIZ, HeldPhone, House

RIVERA = "+13145550144"
BEN = "+13145550102"
ST_LOUIS = ZoneInfo("America/Chicago")

SHORT = """
policies:
  - level: acute
    urgency: emergent
    steps:
{steps}
  - level: acute
    urgency: urgent
    steps:
      - {{whom: assigned-clinician, minutes: 30}}
  - level: high
    only_in_hours: true
    steps:
      - {{whom: assigned-clinician, minutes: 240}}
"""


def follows(house: House, folder: Path, *steps: str) -> None:
    """From now on an emergency is told by these steps."""
    file = folder / "escalation.yml"
    file.write_text(SHORT.format(steps="\n".join(f"      - {{{step}}}" for step in steps)))
    (_, *_) = policies.draft(house.rt, file, "admin")
    policies.approve(house.rt, "emergent", 2, "rivera")


def in_danger(house: House, ana: HeldPhone, **enrolment: Any) -> None:
    house.enrols(**enrolment)
    house.works()
    ana.texts("he has a gun")


def member_of(tx: Transaction, login: str) -> StaffMember:
    found = people.staff(tx, login)
    assert found is not None
    return found


def id_of(house: House, login: str) -> object:
    with house.rt.store.read() as tx:
        return member_of(tx, login).id


def told(house: House) -> list[str]:
    """Who was told, in order, by the last two digits of their phones."""
    return [text.to[-2:] for text in house.carrier.taken if text.to != ANA and "E-1" in text.body]


def skipped(house: House) -> list[tuple[str, str]]:
    """Which steps found nobody, and why."""
    return [(n.whom, n.why) for n in house.all(EscalationNotice) if n.state is NoticeState.NOBODY]


def passes(house: House, **how_long: float) -> None:
    house.clock.tick(**how_long)
    house.works(rounds=1)


def is_away(house: House, login: str, backup: str | None = None, **how_long: float) -> None:
    now = house.clock.now()
    duty.set_away(house.rt, login, now, now + timedelta(**how_long), backup, by="rivera")


# Policies


def test_a_file_makes_a_draft_and_nobody_is_told_by_it_before_it_is_approved(house, ana, tmp_path):
    file = tmp_path / "escalation.yml"
    file.write_text(SHORT.format(steps="      - {whom: team, minutes: 5}"))
    assert policies.draft(house.rt, file, "admin") == ["emergent version 2", "urgent version 2", "high version 2"]
    assert policies.draft(house.rt, file, "admin") == [], "twice changes nothing"
    in_danger(house, ana)
    assert told(house) == ["41"]
    states = {(p.level, p.version): p.state for p in policies.versions(house.rt)}
    assert (states["emergent", 1], states["emergent", 2]) == ("in use", "draft")


def test_an_approved_version_is_used_for_what_opens_and_a_running_one_keeps_its_own(house, ana, tmp_path):
    in_danger(house, ana)
    follows(house, tmp_path, "whom: on-call-number, minutes: 1")
    passes(house, minutes=6)
    assert told(house) == ["41", "42"], "the running one goes on as it began"
    assert house.escalation.policy_version == 1
    house.enrols("24-2", contacts=[NewContact("Ben Ruiz", BEN)])
    house.works()
    house.phone(BEN).texts("he has a gun")
    assert told(house)[-1] == "90"


def test_who_is_told_is_approved_by_a_coordinator_the_lead_or_an_administrator(house, tmp_path):
    file = tmp_path / "escalation.yml"
    file.write_text(SHORT.format(steps="      - {whom: team, minutes: 5}"))
    policies.draft(house.rt, file, "admin")
    for login in ("lee", "okafor"):
        with pytest.raises(policies.NotYours):
            policies.approve(house.rt, "emergent", 2, login)
    policies.approve(house.rt, "emergent", 2, "rivera")
    policies.approve(house.rt, "emergent", 1, "admin")
    states = {p.version: p.state for p in policies.versions(house.rt) if p.level == "emergent"}
    assert states == {1: "in use", 2: "ended"}, "an older version can be taken back"


def test_a_draft_from_a_file_is_of_whoever_brought_it_and_somebody_else_approves_it(house, tmp_path):
    file = tmp_path / "escalation.yml"
    file.write_text(SHORT.format(steps="      - {whom: team, minutes: 5}"))
    with pytest.raises(policies.NotYours):
        policies.draft(house.rt, file, "lee")
    policies.draft(house.rt, file, "rivera")
    drafts = [each for each in policies.versions(house.rt) if each.state == "draft"]
    assert {each.drafted_by for each in drafts} == {"rivera"}
    assert len(drafts) == 3
    with pytest.raises(policies.NotYours):
        policies.approve(house.rt, "emergent", 2, "rivera")
    policies.approve(house.rt, "emergent", 2, "admin")


@ON_SQLITE
@pytest.mark.parametrize(
    ("step", "field"),
    [
        ("whom: role, minutes: 5", "role"),
        ("whom: team, role: clinician, minutes: 5", "role"),
        ("whom: team, minutes: 0", "minutes"),
        ("whom: team, minutes: 5, hours: nightly", "hours"),
        ("whom: everybody, minutes: 5", "whom"),
    ],
)
def test_a_policy_file_that_makes_no_sense_is_refused_by_its_field(house, tmp_path, step, field):
    file = tmp_path / "escalation.yml"
    file.write_text(SHORT.format(steps=f"      - {{{step}}}"))
    with pytest.raises(ProgramError, match=rf"steps\[1\]\.{field}"):
        policies.draft(house.rt, file, "admin")
    assert {p.version for p in policies.versions(house.rt)} == {1}


@ON_SQLITE
def test_nobody_in_danger_is_left_until_the_morning_by_a_file(house, tmp_path):
    file = tmp_path / "escalation.yml"
    steps = "      - {whom: team, minutes: 5}\n    only_in_hours: true"
    file.write_text(SHORT.format(steps=steps))
    with pytest.raises(ProgramError, match="only_in_hours"):
        policies.draft(house.rt, file, "admin")


def test_a_backup_stands_in_for_a_clinician_who_is_away(house, ana, tmp_path):
    follows(
        house, tmp_path, "whom: assigned-clinician, minutes: 5", "whom: backup, minutes: 5", "whom: team, minutes: 5"
    )
    is_away(house, "lee", backup="rivera", days=2)
    in_danger(house, ana)
    assert told(house) == ["44"]
    assert skipped(house) == [("assigned-clinician", "off-duty")]


def test_a_role_is_told(house, ana, tmp_path):
    follows(house, tmp_path, "whom: role, role: coordinator, minutes: 5", "whom: on-call-number, minutes: 5")
    in_danger(house, ana)
    assert told(house) == ["44"]


def test_steps_may_hang_on_the_hour(house, ana, tmp_path):
    follows(
        house,
        tmp_path,
        "whom: assigned-clinician, minutes: 5, hours: working",
        "whom: on-call-number, minutes: 5, hours: outside",
        "whom: team, minutes: 5",
    )
    house.enrols()
    house.works()
    house.sets_clock(datetime(2026, 3, 7, 22, 0, tzinfo=ST_LOUIS))  # a Saturday night
    ana.texts("he has a gun")
    assert told(house) == ["90"]
    assert skipped(house) == [("assigned-clinician", "outside-hours")]


# Who is skipped


def test_an_unproven_phone_gets_no_alert_and_the_next_person_is_told_at_once(house, ana):
    with house.rt.store.begin("test.new-phone") as tx:
        lee = member_of(tx, "lee")
        tellings.ways_of(tx, lee)[0].verified_at = None
        tx.record("way.changed", lee)
    in_danger(house, ana)
    assert told(house) == ["42"]
    assert skipped(house) == [("assigned-clinician", "not-verified")]


def test_an_empty_rota_is_skipped_at_once_and_said_so(house, ana):
    is_away(house, "ortiz", days=1)
    in_danger(house, ana)
    passes(house, minutes=6)
    assert ("on-call", "off-duty") not in skipped(house)
    assert ("on-call", "empty-rota") in skipped(house)
    assert told(house) == ["41", "44"], "the team is told, but for the one who is away"


def test_the_clinician_who_is_also_on_call_is_not_told_again_but_the_next_person(house, ana):
    """Both steps mean Dr. Lee: telling her twice would give nobody anything but a lost five minutes."""
    rotas.override(
        house.rt, "North on call", Shift("lee", house.clock.now(), house.clock.now() + timedelta(days=1)), by="rivera"
    )
    in_danger(house, ana)
    passes(house, minutes=6)
    assert sorted(told(house)) == ["41", "42", "44"]
    assert skipped(house) == [("on-call", "told-already")]


def test_whoever_speaks_the_familys_language_is_told_and_a_gap_is_said(house, ana, tmp_path):
    follows(house, tmp_path, "whom: assigned-clinician, minutes: 5", "whom: role, role: clinician, minutes: 5")
    in_danger(house, ana, contacts=[NewContact("Ana Morales", ANA, language=Language.SPANISH)])
    assert "Needs Spanish." in house.phone(DR_LEE, ALERT_LINE).last
    passes(house, minutes=6)
    assert told(house) == ["41", "42"]
    assert "Spanish" not in house.phone(ORTIZ, ALERT_LINE).last


def test_in_the_next_round_everybody_is_told_whatever_they_speak(house, ana, tmp_path):
    follows(house, tmp_path, "whom: role, role: clinician, minutes: 5")
    in_danger(house, ana, contacts=[NewContact("Ana Morales", ANA, language=Language.SPANISH)])
    assert told(house) == ["42"]
    passes(house, minutes=6)
    assert sorted(told(house)[1:]) == ["41", "42"]


# Passing on


def test_passing_twice_moves_the_chain_once(house, ana, dr_lee):
    in_danger(house, ana)
    dr_lee.texts("pass 12")
    assert "42" in told(house)
    dr_lee.texts("pass 12")
    dr_lee.texts("pass 12")
    assert [to for to in told(house) if to != "41"] == ["42"]
    assert "Others have been told" in dr_lee.last


def test_one_of_several_who_passes_leaves_it_to_the_others(house, ana, tmp_path):
    follows(house, tmp_path, "whom: team, minutes: 5", "whom: on-call-number, minutes: 5")
    in_danger(house, ana)
    team = [house.phone(number, ALERT_LINE) for number in (DR_LEE, ORTIZ, RIVERA)]
    for phone in team:
        assert house.phone(ON_CALL).got == []
        phone.texts("pass 12")
    assert len(house.phone(ON_CALL).got) == 1, "with the last of them it moves"


# The life of it


def test_the_number_that_is_always_answered_is_reminded_too(house, ana):
    in_danger(house, ana)
    on_call = house.phone(ON_CALL, ALERT_LINE)
    on_call.texts("ack 12")
    before = len(on_call.got)
    passes(house, minutes=16)
    assert len(on_call.got) == before + 1
    assert "no outcome yet" in on_call.last
    on_call.texts("ack")
    assert "yours" in on_call.last, "ack alone is enough, with one open"
    on_call.texts("reached 12")
    assert house.escalation.outcome is EscalationOutcome.REACHED


def test_at_the_end_of_a_shift_it_is_handed_over_and_both_are_told(house, ana, ortiz):
    now = house.clock.now()
    rotas.override(house.rt, "North on call", Shift("ortiz", now, now + timedelta(hours=1)), by="rivera")
    rotas.override(
        house.rt, "North on call", Shift("rivera", now + timedelta(hours=1), now + timedelta(hours=9)), by="rivera"
    )
    in_danger(house, ana)
    passes(house, minutes=6)
    ortiz.texts("ack 12")
    house.clock.tick(minutes=10)
    assert escalations.hand_over_ended_shifts(house.rt).done == 0
    while house.clock.now() < now + timedelta(hours=1):
        house.clock.tick(minutes=5)
    ortiz.texts("ack 12 20")
    assert escalations.hand_over_ended_shifts(house.rt).done == 0, "she has just said that she calls"
    house.clock.tick(minutes=21)
    assert escalations.hand_over_ended_shifts(house.rt).done == 0, "taken after the end of the shift: a free choice"


def test_a_shift_that_ends_while_somebody_has_it(house, ana, ortiz):
    now = house.clock.now()
    rotas.override(house.rt, "North on call", Shift("ortiz", now, now + timedelta(minutes=20)), by="rivera")
    rotas.override(
        house.rt, "North on call", Shift("rivera", now + timedelta(minutes=20), now + timedelta(hours=9)), by="rivera"
    )
    in_danger(house, ana)
    passes(house, minutes=6)
    ortiz.texts("ack 12")
    house.clock.tick(minutes=15)
    assert escalations.hand_over_ended_shifts(house.rt).done == 1
    house.works(rounds=1)
    assert told(house)[-2:] == ["44", "42"] or told(house)[-2:] == ["42", "44"]
    assert "your shift is over" in ortiz.last
    assert house.escalation.state is EscalationState.OPEN
    assert escalations.hand_over_ended_shifts(house.rt).done == 0


def test_a_clinician_keeps_what_is_theirs_when_a_shift_ends(house, ana, dr_lee):
    in_danger(house, ana)
    dr_lee.texts("ack 12")
    house.clock.tick(minutes=10)
    assert escalations.hand_over_ended_shifts(house.rt).done == 0


# Ways


def test_the_next_way_of_the_same_person_follows_unless_somebody_has_taken_it(house, ana, dr_lee):
    with house.rt.store.begin("test.second-way") as tx:
        lee = member_of(tx, "lee")
        tellings.ways_of(tx, lee)[0].after_seconds = 120
        tx.record("way.changed", lee)
    in_danger(house, ana)
    assert dr_lee.got == []
    passes(house, minutes=2, seconds=5)
    assert "EMERGENT" in dr_lee.last
    assert house.escalation.state is EscalationState.OPEN


def test_a_way_is_proven_by_a_code_that_comes_back_from_it(house, ana, dr_lee):
    with house.rt.store.begin("test.new-phone") as tx:
        lee = member_of(tx, "lee")
        tellings.ways_of(tx, lee)[0].verified_at = None
        tx.record("way.changed", lee)
    staff_ways.send_code(house.rt, "lee", Way.SMS)
    house.works(rounds=1)
    code = dr_lee.last.split("CODE ")[1][:6]
    dr_lee.texts("code 000000" if code != "000000" else "code 000001")
    assert "not the code" in dr_lee.last
    dr_lee.texts(f"Code {code}.")
    assert "Alerts may come this way" in dr_lee.last
    dr_lee.texts(f"code {code}")
    assert "not the code" in dr_lee.last, "a code is used once"
    in_danger(house, ana)
    assert told(house)[-1] == "41"


def test_a_code_can_be_guessed_five_times_and_not_more(house, dr_lee):
    staff_ways.send_code(house.rt, "lee", Way.SMS)
    house.works(rounds=1)
    code = dr_lee.last.split("CODE ")[1][:6]
    for guess in range(5):
        with pytest.raises(staff_ways.WayRefused):
            staff_ways.confirm(house.rt, "lee", "000000" if code != "000000" else f"00000{guess + 1}")
    with pytest.raises(staff_ways.WayRefused):
        staff_ways.confirm(house.rt, "lee", code)


def test_a_new_number_is_proven_anew(house):
    staff_ways.set_way(house.rt, "lee", Way.SMS, number="314-555-0149")
    lines = {(line.login, line.way): line.is_proven for line in staff_ways.ways(house.rt)}
    assert lines["lee", Way.SMS] is False
    assert lines["ortiz", Way.SMS] is True
    with pytest.raises(staff_ways.WayRefused, match="address"):
        staff_ways.set_way(house.rt, "lee", Way.EMAIL)
    with pytest.raises(staff_ways.WayRefused, match="levels"):
        staff_ways.set_way(house.rt, "lee", Way.SMS, levels=["sometimes"])


def test_the_last_proven_way_cannot_be_dropped(house):
    with pytest.raises(staff_ways.WayRefused):
        staff_ways.drop_way(house.rt, "lee", Way.SMS)
    assert [way for way in house.all(StaffWay) if way.staff_id == id_of(house, "lee")]


# Floods


def families_in_danger(house: House, count: int, words: str) -> None:
    for at in range(count):
        number = f"+1314555{160 + at:04}"
        house.enrols(f"24-9{at}", contacts=[NewContact("Ana Morales", number)])
        house.phone(number).texts(words)


def alerts(phone: HeldPhone) -> list[str]:
    return [text for text in phone.got if text.startswith("E-")]


def test_the_first_alert_of_a_family_in_danger_is_never_held_back(house, dr_lee):
    families_in_danger(house, 7, "he has a gun")
    assert len({text.split()[0] for text in alerts(dr_lee)}) == 7


def test_more_than_five_alerts_in_a_quarter_of_an_hour_are_bundled_in_one(house, dr_lee):
    families_in_danger(house, 8, "I cannot cope")
    assert len(alerts(dr_lee)) == 5
    passes(house, minutes=16)
    assert len(alerts(dr_lee)) == 5
    assert len([text for text in dr_lee.got if "more alerts" in text]) == 1
    bundled = [notice for notice in house.all(EscalationNotice) if notice.state is NoticeState.BUNDLED]
    assert len(bundled) == 3


def test_what_was_held_back_still_goes_to_the_next_person(house, ana, dr_lee, ortiz):
    families_in_danger(house, 6, "I cannot cope")
    house.clock.tick(days=1)
    house.works()
    passes(house, minutes=16)
    last = [escalation for escalation in house.all(Escalation) if escalation.number == 17]
    told_ids = {notice.staff_id for notice in house.all(EscalationNotice) if notice.escalation_id == last[0].id}
    assert id_of(house, "ortiz") in told_ids
    assert any("more alerts" in text for text in ortiz.got)
