"""A family of any zone of the country, in any of ten years, through the whole house: nothing goes at a wrong hour.

The rules alone are asked in `tests/care/rules`; here they are met as a family meets them, through enrolment, the jobs
of the clock, the assistant's turns and the outbox. `CHECKBACK_EXAMPLES=500` asks for more lives than the few of a run.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checkback.care.flows import family_events
from checkback.care.flows.family_events import NewHours
from checkback.care.model import CheckIn, OutboundMessage
from checkback.care.terms import OutboundKind
from tests.care.rules.test_hours import US_ZONES
from tests.furnished import house_on
from tests.story import ANA, House

EXAMPLES = int(os.environ.get("CHECKBACK_EXAMPLES", "8"))
#: Hours around the changes of the clocks are where mistakes live; half of all lives begin within a week before one.
CHANGES = [
    datetime(year, month, day, 6, tzinfo=ZoneInfo("UTC"))
    for year, days in {
        2026: ((3, 8), (11, 1)),
        2027: ((3, 14), (11, 7)),
        2028: ((3, 12), (11, 5)),
        2029: ((3, 11), (11, 4)),
        2030: ((3, 10), (11, 3)),
        2031: ((3, 9), (11, 2)),
        2032: ((3, 14), (11, 7)),
        2033: ((3, 13), (11, 6)),
        2034: ((3, 12), (11, 5)),
        2035: ((3, 11), (11, 4)),
    }.items()
    for month, day in days
]
BEGINNINGS = st.one_of(
    st.builds(
        lambda change, before: change - before, st.sampled_from(CHANGES), st.timedeltas(timedelta(0), timedelta(7))
    ),
    st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1), timezones=st.just(ZoneInfo("UTC"))),  # noqa: DTZ001
)
#: How long nobody looks; now and then the house was away for the better part of a night.
STRIDES = st.randoms(use_true_random=False).map(lambda chance: [chance.choice((0.3, 1, 2, 3, 9)) for _ in range(40)])
LIFE = timedelta(days=6)


@pytest.mark.timeout(60 + 5 * EXAMPLES)
def test_nothing_automatic_goes_or_waits_at_the_carrier_outside_their_hours(home, tmp_path):
    went: Counter[OutboundKind] = Counter()

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(BEGINNINGS, st.sampled_from(US_ZONES), st.integers(9, 17), st.integers(2, 11), STRIDES)
    def live(begins: datetime, zone: str, opens: int, length: int, strides: list[float]) -> None:
        home.put_back()
        home.clock.set(begins)
        house = house_on(home.url, tmp_path, clock=home.clock, points=home.points, store=home.store)
        sent = _watched(house)
        closes = min(opens + length, 20)
        house.enrols()
        family_events.set_hours(house.rt, "F-12", NewHours(opens, closes, None, zone), "rivera")
        ana = house.phone(ANA)
        for hours in strides:
            house.works(2)
            if len(sent) == 1:
                ana.texts("1")
            if house.clock.now() > begins + LIFE:
                break
            house.clock.tick(hours=hours)
        house.works(2)
        _look(house, sent, zone, opens, closes)
        went.update(message.kind for message, _, _ in sent)

    live()
    # Lives in which nothing is sent would prove nothing.
    assert went[OutboundKind.WELCOME] >= EXAMPLES // 2
    assert went[OutboundKind.CHECK_IN] >= EXAMPLES // 4


def _watched(house: House) -> list[tuple[OutboundMessage, datetime, timedelta]]:
    """What the carrier takes from now on, when, and how long it may keep it."""
    taken: list[tuple[OutboundMessage, datetime, timedelta]] = []
    send = house.carrier.send

    def watched(text):
        sid = send(text)
        with house.rt.store.read() as tx:
            taken.append((tx.get(OutboundMessage, text.id), house.clock.now(), text.valid_for))
        return sid

    house.carrier.send = watched  # type: ignore[method-assign]
    return taken


def _look(house: House, sent, zone: str, opens: int, closes: int) -> None:
    automatic = (OutboundKind.WELCOME, OutboundKind.CHECK_IN, OutboundKind.ANSWER)
    for message, at, valid_for in sent:
        if message.kind not in automatic or (message.free_until and at <= message.free_until):
            continue
        local, ends = at.astimezone(ZoneInfo(zone)), (at + valid_for).astimezone(ZoneInfo(zone))
        closing = local.replace(hour=closes, minute=0, second=0, microsecond=0)
        assert opens <= local.hour < closes, f"{message.kind} at {local}"
        assert ends <= closing, f"{message.kind} of {local} may wait at the carrier until {ends}"
    promises = Counter(message.check_in_id for message, _, _ in sent if message.kind is OutboundKind.CHECK_IN)
    assert all(count == 1 for count in promises.values())
    assert set(promises) <= {each.id for each in house.all(CheckIn)}
