"""A week of texts is judged in a few statements, however many they are, and exactly as each is judged when it goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from checkback.care.flows import family_events, forecast, holds, tomorrow
from checkback.care.flows.enrolment import NewContact
from checkback.care.flows.forecast import ComingText, Fate, Forecast
from checkback.care.flows.tomorrow import PlannedText, Tomorrow, Wishes
from checkback.care.model import CheckIn, StaffMember
from checkback.care.store import Transaction
from checkback.care.store.at_hand import put
from checkback.care.store.people import the_programme
from checkback.care.terms import CheckInState, Dialogue
from tests.many_families import many_families
from tests.story import House


def staff(house: House, login: str) -> StaffMember:
    found: StaffMember = next(member for member in house.all(StaffMember) if member.login == login)
    return found


def number(at: int) -> str:
    return f"+1{(312, 618)[at % 2]}55501{at % 100:02}"


def enrol(house: House, at: int, **more: object) -> str:
    contacts = [NewContact(f"Person {at}", number(at), "es" if at % 3 else "en")]
    return house.enrols(f"24-1{at:03}", contacts=contacts, child_ages=[at % 18], **more)


@contextmanager
def counted(house: House) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(house.rt.store.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(house.rt.store.engine, "before_cursor_execute", note)


def test_a_page_of_many_texts_takes_no_more_statements_than_one_of_few(house):
    lee = staff(house, "lee")
    for at in range(100, 104):
        enrol(house, at)
    house.works()
    with counted(house) as few:
        before = tomorrow.look(house.rt, lee.id)
    for at in range(104, 124):
        enrol(house, at)
    house.works()
    with counted(house) as many:
        after = tomorrow.look(house.rt, lee.id)
    assert after.count > 3 * before.count > 0
    assert len(many) == len(few)


@pytest.fixture
def eventful(house: House) -> House:
    """Families of whom everything is true that a forecast asks for."""
    family = {at: enrol(house, at) for at in range(101, 112)}
    house.works(12)
    for at in (101, 102, 103, 104, 107):
        house.phone(number(at)).texts("1")
    house.phone(number(105)).texts("2")
    house.phone(number(106)).texts("STOP")
    house.works(12)
    house.phone(number(102)).texts("I want to kill myself")
    house.phone(number(103)).texts("please pause texts for two days")
    day = house.clock.now().date() + timedelta(days=2)
    holds.keep_date_free(house.rt, family[104], day, day, "a funeral", "rivera")
    holds.hold_family(house.rt, family[107], "relatives", "rivera")
    holds.hold_text(house.rt, next(c.id for c in house.promises() if c.held_at is None), "one", "rivera")
    # Two more on one phone, in another family; and one whom nobody may text.
    shared = NewContact("Second Person", number(101))
    house.enrols("24-2001", contacts=[shared, NewContact("Sam Reed", number(150), safe_to_text=False)])
    house.works(12)
    return house


UNTIL = timedelta(days=40)


def gathered_and_alone(house: House) -> tuple[Forecast, Forecast]:
    """The same look twice: all at once, and in a unit of work, where each look-up goes by itself."""
    with house.rt.store.read() as tx:
        gathered = forecast.all_coming(tx, house.rt, tx.now + UNTIL)
        assert tx.at_hand
    with house.rt.store.begin("test.alone") as tx:
        alone = forecast.all_coming(tx, house.rt, tx.now + UNTIL)
        assert not tx.at_hand
    return gathered, alone


def test_what_is_gathered_says_what_each_look_up_says_by_itself(eventful):
    gathered, alone = gathered_and_alone(eventful)
    assert gathered == alone
    assert {Fate.GOES, Fate.HELD, Fate.WAITS, Fate.CANCELLED} <= {text.fate for text in gathered.texts}


@pytest.mark.parametrize("scope", ["plan", "everything"])
def test_a_wide_hold_is_seen_on_every_text_gathered_or_not(eventful, scope):
    if scope == "plan":
        holds.hold_plan(eventful.rt, "standard", "wrong words", "rivera")
    else:
        holds.hold_everything(eventful.rt, "wrong words", "rivera")
    gathered, alone = gathered_and_alone(eventful)
    assert gathered == alone
    assert Fate.GOES not in {text.fate for text in gathered.texts}


def pages(house: House, login: str, wishes: Wishes | None = None) -> Iterator[Tomorrow]:
    """The week page after page, as somebody reads on."""
    wanted, reader = wishes or Wishes(), staff(house, login).id
    while True:
        page = tomorrow.look(house.rt, reader, wanted)
        yield page
        if not page.next_page:
            return
        wanted = replace(wanted, after=page.next_page)


def texts_of(page: Tomorrow) -> list[ComingText]:
    return [text.coming for text in (*(t for day in page.days for t in day.texts), *page.stopped)]


def test_page_after_page_shows_every_text_once_and_says_of_it_what_a_look_at_all_of_them_says(house):
    many_families(house.rt, 250)
    times = family_events.ProgrammeTimes(starts_a_minute=1)
    family_events.set_programme_times(house.rt, times, "admin")
    with house.rt.store.read() as tx:
        whole = {text.check_in: text for text in forecast.all_coming(tx, house.rt, tx.now + tomorrow.AHEAD).texts}
    seen = list(pages(house, "admin"))
    found = [text for page in seen for text in texts_of(page)]
    assert len(seen) > 2
    assert len(found) == len(whole) == seen[0].in_all == sum(seen[0].falling_due.values())
    assert {text.check_in for text in found} == whole.keys()
    assert {text.check_in: text.fate for text in found} == {key: text.fate for key, text in whole.items()}
    # Nothing stands before the first page; later ones reckon with everything before them, and are never too early.
    first = texts_of(seen[0])
    assert [text.at for text in first] == [whole[text.check_in].at for text in first]
    assert not seen[0].is_estimate
    for text in found:
        exactly = whole[text.check_in].at
        assert text.at is None or (exactly is not None and text.at >= exactly)
    assert max(text.due_at for text in first) <= min(text.due_at for text in texts_of(seen[1]))


@pytest.mark.parametrize(
    ("wishes", "is_wanted"),
    [
        (Wishes(plan="short"), lambda text: text.plan.startswith("short@")),
        (Wishes(language="es"), lambda text: text.language == "es"),
        (Wishes(team="North Team"), lambda text: text.team == "North Team"),
        (Wishes(family=" f-20"), lambda text: text.coming.family == "F-20"),
        (Wishes(kind="check-in"), lambda text: True),
        (Wishes(kind="need"), lambda text: False),
        (Wishes(day="2026-03-06"), lambda text: f"{text.coming.due_at:%d}" == "06"),
        (Wishes(team="No Team"), lambda text: False),
        (Wishes(language="xx", kind="xx"), lambda text: False),
    ],
)
def test_what_is_wished_for_is_found_and_counted_on_all_pages(house, wishes, is_wanted):
    many_families(house.rt, 100)

    def all_of(page: Tomorrow) -> list[PlannedText]:
        return [*(text for day in page.days for text in day.texts), *page.stopped]

    every = [text for page in pages(house, "admin") for text in all_of(page)]
    seen = list(pages(house, "admin", wishes))
    found = {text.coming.check_in for page in seen for text in all_of(page)}
    assert found == {text.coming.check_in for text in every if is_wanted(text)}
    assert seen[0].in_all == len(found)


def test_a_place_nobody_gave_out_is_the_first_page(house):
    enrol(house, 101)
    lee = staff(house, "lee").id
    first = texts_of(tomorrow.look(house.rt, lee))
    for after in ("x", "2026-03-09~x", f"2026-03-09T10:00~{lee}"):
        assert texts_of(tomorrow.look(house.rt, lee, Wishes(after=after))) == first


def planned_for(house: House, moment: datetime, steps: int) -> None:
    """The next so many texts to everybody are due then; nothing else is planned."""
    with house.rt.store.begin("test.due") as tx:
        by_contact: dict[UUID, int] = {}
        for row in tx.session.query(CheckIn).order_by(CheckIn.due_at):
            asks_how_they_are = row.dialogue is Dialogue.CHECK_IN and row.state is CheckInState.PLANNED
            by_contact[row.contact_id] = by_contact.get(row.contact_id, 0) + asks_how_they_are
            if asks_how_they_are and by_contact[row.contact_id] <= steps:
                row.due_at, row.send_before = moment, moment + timedelta(days=4)
            else:
                row.end(CheckInState.CANCELLED, tx.now)
            tx.record("test.due", row)


def test_texts_of_one_moment_are_not_lost_between_two_pages(house):
    many_families(house.rt, 150)
    with house.rt.store.begin("test.together") as tx:
        for row in tx.session.query(CheckIn).filter_by(state=CheckInState.PLANNED):
            row.due_at = tx.now + timedelta(days=1)
            tx.record("test.together", row)
    found = [text.check_in for page in pages(house, "admin") for text in texts_of(page)]
    assert len(found) == len(set(found)) == sum(row.state is CheckInState.PLANNED for row in house.all(CheckIn))


def test_texts_that_wait_for_a_yes_leave_room_to_each_other_as_they_will_when_they_go(house):
    enrol(house, 101)
    planned_for(house, house.clock.now() + timedelta(days=2), 2)
    one, other = forecast.coming(house.rt, house.clock.now() + tomorrow.AHEAD).texts
    assert {one.fate, other.fate} == {Fate.WAITS}
    assert one.local is not None and other.local is not None
    assert one.local.date() < other.local.date()  # one a day


def test_what_the_pace_pushes_out_of_the_hours_goes_when_they_open_again(house):
    for at in range(101, 109):
        enrol(house, at)
    house.works()
    for at in range(101, 109):
        house.phone(number(at)).texts("1")
    evening = datetime(2026, 3, 6, 19, 45, tzinfo=ZoneInfo("America/Chicago"))
    planned_for(house, evening, 1)
    family_events.set_programme_times(house.rt, family_events.ProgrammeTimes(starts_a_minute=1), "admin")
    texts = forecast.coming(house.rt, house.clock.now() + tomorrow.AHEAD).texts
    assert [text.fate for text in texts] == [Fate.GOES] * 8
    assert [f"{text.local:%d %H}" for text in texts] == ["06 19"] * 5 + ["07 09"] * 3


def test_only_a_reading_gathers(house):
    def gather(tx: Transaction) -> None:
        put(tx, the_programme, dict)

    with house.rt.store.read() as tx:
        gather(tx)
    with pytest.raises(RuntimeError), house.rt.store.begin("test.gather") as tx:
        gather(tx)
