"""Escalations that last longer than a shift: ends of shifts, weekends, nights in which the clocks change.

Texts, calls and e-mails all go out here; every job of the clock runs at every tick, the one that watches too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from checkback.care.flows import duty, rotas, staff_ways, summoning, watching
from checkback.care.model import EscalationNotice, StaffWay, Summons
from checkback.care.terms import EscalationOutcome, EscalationState, NoticeState, Way
from scheduler.jobs import jobs
from tests.fakes.telling import FakeCaller, FakeMailer
from tests.story import ALERT_LINE, ANA, DR_LEE, FAMILY_LINE, ON_CALL, ORTIZ, HeldPhone, House

#: A night has hundreds of ticks of a dozen jobs.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

RIVERA = "+13145550144"
ST_LOUIS = ZoneInfo("America/Chicago")


@dataclass
class Person:
    """Somebody with a phone that can be called, and a letter box."""

    world: World
    phone: HeldPhone

    def texts(self, body: str) -> None:
        self.world.house.receives(body, from_=self.phone.number, to=self.phone.line)
        self.world.tick(seconds=10)

    def is_told(self, words: str) -> None:
        """One of the texts that came since the last look says so."""
        news = self.phone.news
        assert any(words in text for text in news), f"{words!r} is not in {news}"

    def looks(self) -> None:
        """From here on only what comes is news."""
        self.phone.news  # noqa: B018

    def is_left_alone(self) -> None:
        assert self.phone.news == []

    def answers_and_presses(self, key: str) -> str:
        """Picks up the call that rings, and presses a key; what was said then."""
        summons = self._ringing()
        said = summoning.pressed(self.world.house.rt, summons.id, key).words
        summoning.call_ended(self.world.house.rt, summons.id, "completed")
        return said

    def lets_it_ring(self) -> None:
        summoning.call_ended(self.world.house.rt, self._ringing().id, "no-answer")

    def _ringing(self) -> Summons:
        assert self.world.caller.rang, "no phone rings"
        last = self.world.caller.rang[-1]
        assert last.to == self.phone.number
        summons: Summons = next(each for each in self.world.house.all(Summons) if each.id == last.id)
        return summons


@dataclass
class World:
    """A house in which everything runs, and the people around it."""

    house: House
    caller: FakeCaller
    mailer: FakeMailer

    def person(self, number: str, line: str = ALERT_LINE) -> Person:
        return Person(self, HeldPhone(self.house, number, line))

    def tick(self, **how_long: float) -> None:
        """Time passes, and every process does what is due; nothing stands still afterwards."""
        self.house.clock.tick(**how_long)
        for job in jobs(self.house.rt):
            job.work()
        for _ in range(2):
            while summoning.make_due(self.house.rt).done:
                pass
            self.house.works(rounds=1)
        assert watching.still(self.house.rt) == []

    def it_is(self, year: int, month: int, day: int, hour: int, minute: int = 0) -> None:
        """It is this moment in St. Louis."""
        self.house.sets_clock(datetime(year, month, day, hour, minute, tzinfo=ST_LOUIS))

    def reaches(self, login: str, way: Way, **said: object) -> None:
        """A way is set and proven."""
        staff_ways.set_way(self.house.rt, login, way, **said)  # type: ignore[arg-type]
        with self.house.rt.store.begin("test.proven") as tx:
            for each in tx.session.query(StaffWay).filter_by(way=way):
                each.verified_at = tx.now
                tx.record("way.proven", each)


@pytest.fixture
def world(house: House) -> World:
    caller, mailer = FakeCaller(), FakeMailer()
    house.rt = replace(house.rt, caller=caller, mailer=mailer)
    return World(house, caller, mailer)


def test_a_weekend_from_a_shifts_last_minutes_until_the_next_one_has_reached_them(world):
    """The clinician is off, the weekday shift ends at midnight with the call not made, the weekend shift makes it."""
    family, lee, ortiz, rivera = (
        world.person(ANA, FAMILY_LINE), world.person(DR_LEE), world.person(ORTIZ), world.person(RIVERA)
    )  # fmt: skip
    world.it_is(2026, 3, 13, 12)
    world.house.enrols()
    rotas.set_turns(
        world.house.rt,
        "North Team",
        "North on call",
        [("ortiz", 5), ("rivera", 2)],
        "rivera",
        starts_on=date(2026, 3, 9),
    )
    duty.set_away(
        world.house.rt, "lee", world.house.clock.now(), world.house.clock.now() + timedelta(days=3), None, "rivera"
    )
    world.reaches("rivera", Way.VOICE, after_minutes=2)
    world.reaches("ortiz", Way.EMAIL, email="ortiz@example.org")
    world.it_is(2026, 3, 13, 23, 50)
    for person in (family, lee, ortiz, rivera):
        person.looks()
    family.texts("he has a gun")
    lee.is_left_alone()
    ortiz.is_told("E-12")
    assert [(mail.to, "E-12" in mail.subject) for mail in world.mailer.sent] == [("ortiz@example.org", True)]
    ortiz.texts("ack 12 15")
    ortiz.is_told("calling in 15 min")
    family.is_told("12:0")
    world.tick(minutes=11)
    rivera.is_left_alone()
    world.tick(minutes=6)
    ortiz.is_told("your shift is over")
    rivera.is_told("now it is with you")
    rivera.looks()
    world.tick(minutes=2)
    assert "is yours" in rivera.answers_and_presses("1")
    world.tick(minutes=15)
    rivera.texts("reached 12")
    rivera.is_told("is closed")
    assert world.house.escalation.outcome is EscalationOutcome.REACHED
    ortiz.looks()
    world.tick(hours=1)
    for person in (lee, ortiz, rivera):
        person.is_left_alone()


def test_nobody_answers_for_three_hours_and_everybody_is_told_again_and_again_in_every_way(world):
    world.reaches("lee", Way.VOICE, after_minutes=2)
    world.reaches("lee", Way.EMAIL, email="lee@example.org")
    world.house.enrols()
    world.it_is(2026, 3, 5, 23)
    family, lee = world.person(ANA, FAMILY_LINE), world.person(DR_LEE)
    family.texts("he has a gun")
    begun = world.house.clock.now()
    while world.house.clock.now() < begun + timedelta(hours=3):
        world.tick(minutes=5)
    told = [n for n in world.house.all(EscalationNotice) if n.state in (NoticeState.TOLD, NoticeState.FAILED)]
    times = sorted(notice.told_at for notice in told)
    assert max(later - earlier for earlier, later in pairwise(times)) <= timedelta(minutes=6)
    # The last step repeats until its phone has had 21 alerts in three hours; then it is the others' turn again, with
    # text, call and e-mail, and never silence.
    assert len([text for text in world.house.carrier.to(ON_CALL) if "E-12" in text]) >= 20
    for number in (DR_LEE, ORTIZ, RIVERA):
        assert len([text for text in world.house.carrier.to(number) if "E-12" in text]) >= 2
    assert [call.to for call in world.caller.rang][:2] == [DR_LEE, DR_LEE]
    assert len(world.mailer.sent) >= 2
    assert not any("stand still" in text for text in world.house.carrier.to(ON_CALL))
    lee.texts("ack")
    assert world.house.escalation.state is EscalationState.ACKNOWLEDGED
    lee.texts("welfare 12")
    assert world.house.escalation.outcome is EscalationOutcome.WELFARE_CHECK


@pytest.mark.parametrize(
    ("night", "promised", "shift_is_over"),
    [
        pytest.param((2026, 3, 8, 1, 45), "3:05", timedelta(minutes=15), id="forward"),
        pytest.param((2026, 11, 1, 1, 45), "1:05", timedelta(minutes=75), id="back"),
    ],
)
def test_minutes_are_minutes_in_a_night_in_which_the_clocks_change(world, night, promised, shift_is_over):
    """The turn ends at two o'clock, which comes at once, or an hour late; a promise of twenty minutes does neither."""
    world.it_is(*night[:3], 0, 30)
    world.house.enrols()
    rotas.set_turns(
        world.house.rt,
        "North Team",
        "North on call",
        [("ortiz", 1), ("rivera", 1)],
        "rivera",
        starts_on=date(*night[:3]) - timedelta(days=1),
        changes_at=2,
    )
    world.tick(minutes=1)
    world.it_is(*night)
    begun = world.house.clock.now()
    family, lee, ortiz, rivera = (
        world.person(ANA, FAMILY_LINE), world.person(DR_LEE), world.person(ORTIZ), world.person(RIVERA)
    )  # fmt: skip
    family.looks()
    family.texts("he has a gun")
    lee.is_told("E-12")
    lee.texts("pass 12")
    ortiz.is_told("now it is with you")
    ortiz.texts("ack 12 20")
    family.is_told(promised)
    ortiz.looks()
    while world.house.clock.now() < begun + timedelta(minutes=18):
        world.tick(minutes=2)
    ortiz.is_left_alone()
    world.tick(minutes=5)
    assert ortiz.phone.news != [], "twenty minutes are over by any clock"
    while world.house.clock.now() < begun + shift_is_over + timedelta(minutes=25):
        world.tick(minutes=5)
        if world.house.escalation.state is EscalationState.OPEN:
            break
        if any("no outcome" in text for text in ortiz.phone.news):
            ortiz.texts("ack 12")  # still trying to get through
    told_at = world.house.clock.now() - begun
    assert shift_is_over <= told_at <= max(shift_is_over, timedelta(minutes=20)) + timedelta(minutes=10)
    rivera.is_told("E-12")
    rivera.texts("reached 12")
    assert world.house.escalation.outcome is EscalationOutcome.REACHED
