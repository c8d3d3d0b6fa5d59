"""What people change of a rota: a swap leaves nobody out, and what would be passed over is refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from checkback.care.errors import NotFound
from checkback.care.flows import duty, rota_pages, rotas, watching
from checkback.care.flows.rota_pages import Stretch
from checkback.care.flows.rotas import RotaRefused, Shift
from checkback.care.model import AuditEvent, OutboundMessage, Rota, RotaShift, StaffMember, StaffWay
from checkback.care.terms import OutboundState
from tests.story import DR_LEE, House

ST_LOUIS = ZoneInfo("America/Chicago")


def north(house: House) -> UUID:
    """North's rota, in which Lee and Rivera take turns of a week."""
    rotas.set_turns(
        house.rt, "North Team", "North on call", [("lee", 7), ("rivera", 7)], "rivera", starts_on=today(house)
    )
    found: UUID = next(each.id for each in house.all(Rota) if each.name == "North on call")
    return found


def today(house: House) -> date:
    return house.clock.now().astimezone(ST_LOUIS).date()


def turns(house: House, rota: UUID) -> list[Stretch]:
    return list(rota_pages.show(house.rt, rota).swappable)


def on_call_at(house: House, moment: datetime) -> list[str]:
    times = rotas.timetable(house.rt, "North on call", days=60)
    return [login for time in times if time.starts_at <= moment < time.ends_at for login in time.logins]


def lee_of(house: House) -> StaffMember:
    found: StaffMember = next(each for each in house.all(StaffMember) if each.login == "lee")
    return found


def test_a_swap_gives_each_the_others_turn_and_leaves_the_rest(house):
    rota = north(house)
    hers, his, next_of_hers = turns(house, rota)[:3]
    rotas.swap(house.rt, rota, hers.ends_at, his.ends_at, "rivera")
    hour = timedelta(hours=1)
    assert on_call_at(house, hers.ends_at - hour) == ["rivera"]
    assert on_call_at(house, his.ends_at - hour) == ["lee"]
    assert on_call_at(house, next_of_hers.ends_at - hour) == ["lee"]
    assert rotas.gaps(house.rt, timedelta(days=60)) == []
    assert [each.action for each in house.all(AuditEvent) if each.action.startswith("rota.")][-1] == "rota.swapped"


def test_what_was_swapped_is_not_swapped_again_over_it(house):
    rota = north(house)
    hers, his = turns(house, rota)[:2]
    rotas.swap(house.rt, rota, hers.ends_at, his.ends_at, "rivera")
    with pytest.raises(RotaRefused, match="a shift stands there already"):
        rotas.swap(house.rt, rota, hers.ends_at, his.ends_at, "rivera")
    assert len(house.all(RotaShift)) == 2


def test_a_swap_with_somebody_who_is_off_then_changes_nothing(house):
    rota = north(house)
    hers, his = turns(house, rota)[:2]
    duty.set_away(house.rt, "lee", his.ends_at - timedelta(days=2), his.ends_at - timedelta(days=1), None, by="rivera")
    with pytest.raises(RotaRefused, match="lee has time off then"):
        rotas.swap(house.rt, rota, hers.ends_at, his.ends_at, "rivera")
    assert house.all(RotaShift) == []


def test_a_swap_of_one_persons_turns_or_of_a_turn_that_is_not_there_is_refused(house):
    rota = north(house)
    hers, _his, hers_too = turns(house, rota)[:3]
    with pytest.raises(RotaRefused, match="the same person"):
        rotas.swap(house.rt, rota, hers.ends_at, hers_too.ends_at, "rivera")
    with pytest.raises(RotaRefused, match="changed since you looked"):
        rotas.swap(house.rt, rota, hers.ends_at, hers.ends_at + timedelta(hours=1), "rivera")


def test_somebody_with_time_off_is_not_put_on_call_only_to_be_passed_over(house):
    rota, now = north(house), house.clock.now()
    duty.set_away(house.rt, "rivera", now + timedelta(hours=2), now + timedelta(hours=3), None, by="rivera")
    with pytest.raises(RotaRefused, match="rivera has time off then"):
        rotas.override(house.rt, rota, Shift("rivera", now, now + timedelta(days=1)), "rivera")
    assert house.all(RotaShift) == []


def test_a_shift_that_is_taken_out_gives_the_turn_back(house):
    rota, now = north(house), house.clock.now()
    rotas.override(house.rt, rota, Shift("rivera", now, now + timedelta(days=1)), "rivera")
    assert on_call_at(house, now) == ["rivera"]
    (shift,) = rota_pages.show(house.rt, rota).shifts
    rotas.take_out(house.rt, rota, shift.id, "rivera")
    assert on_call_at(house, now) == ["lee"]


def test_a_shift_of_a_calendar_or_of_another_rota_is_not_taken_out_here(house):
    rota, now = north(house), house.clock.now()
    other = next(each.id for each in house.all(Rota) if each.id != rota)
    rotas.take_calendar(house.rt, "North on call", [Shift("lee", now, now + timedelta(days=1), "calendar:1")], "rivera")
    (shift,) = rota_pages.show(house.rt, rota).shifts
    with pytest.raises(RotaRefused, match="came from a calendar"):
        rotas.take_out(house.rt, rota, shift.id, "rivera")
    with pytest.raises(NotFound):
        rotas.take_out(house.rt, other, shift.id, "rivera")
    assert len(house.all(RotaShift)) == 1


def test_a_week_is_cut_at_midnight_on_the_wall_also_where_the_clock_changes(house):
    rota = north(house)
    page = rota_pages.show(house.rt, rota, date(2026, 3, 8))  # the clock goes forward on this Sunday
    spans = [parts[-1].ends_at - parts[0].starts_at for _day, parts in page.days]
    assert (page.monday, len(page.days)) == (date(2026, 3, 2), 7)
    assert spans == [timedelta(hours=24)] * 6 + [timedelta(hours=23)]


def test_a_gap_stands_in_the_week_and_at_a_glance(house):
    rota, now = north(house), house.clock.now()
    duty.set_away(house.rt, "lee", now + timedelta(hours=1), now + timedelta(hours=5), None, by="rivera")
    gap = Stretch(now + timedelta(hours=1), now + timedelta(hours=5), [])
    line = next(each for each in rota_pages.overview(house.rt).lines if each.id == rota)
    assert line.gaps == [gap]
    assert gap in [each for _day, parts in rota_pages.show(house.rt, rota).days for each in parts]


def test_a_rota_of_a_name_that_is_there_or_of_none_is_not_made(house):
    for name, problem in (("  ", "write what people"), ("North on call", "choose another")):
        with pytest.raises(RotaRefused, match=problem):
            rotas.make(house.rt, "North Team", name, "rivera")
    with pytest.raises(NotFound):
        rotas.make(house.rt, "Nowhere", "Nights", "rivera")
    made = rotas.make(house.rt, "North Team", "Nights", "rivera")
    assert rota_pages.show(house.rt, made).line.on_call == []


# A test page to oneself


def test_whoever_asks_gets_one_test_page_a_quarter_of_an_hour_and_sees_what_came_of_it(house):
    lee = lee_of(house)
    assert watching.last_own_test(house.rt, lee.id) is None
    watching.send_own_test(house.rt, lee.id)
    with pytest.raises(watching.NoTestNow, match="a moment ago"):
        watching.send_own_test(house.rt, lee.id)
    house.works()
    sent = [text for text in house.carrier.taken if "TEST" in text.body]
    assert [text.to for text in sent] == [DR_LEE]
    assert "No family needs you now" in sent[0].body
    last = watching.last_own_test(house.rt, lee.id)
    assert last is not None
    assert last.state.rank >= OutboundState.ACCEPTED.rank
    house.clock.tick(minutes=16)
    watching.send_own_test(house.rt, lee.id)


def test_whom_no_alert_would_reach_is_told_so_and_a_coordinator_has_a_task(house):
    with house.rt.store.begin("test.unproven") as tx:
        for way in tx.session.query(StaffWay):
            way.verified_at = None
            tx.record("test.unproven", way)
    with pytest.raises(watching.NoTestNow, match="no alert would reach you"):
        watching.send_own_test(house.rt, lee_of(house).id)
    assert [each.action for each in house.all(AuditEvent)][-1] == "staff.no-test-page"
    assert not [each for each in house.all(OutboundMessage) if "TEST" in each.body]
