"""A week of texts is judged in a few statements, however many they are, and exactly as each is judged when it goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from checkback.care.flows import forecast, holds, tomorrow
from checkback.care.flows.enrolment import NewContact
from checkback.care.flows.forecast import Fate, Forecast
from checkback.care.model import StaffMember
from checkback.care.store import Transaction
from checkback.care.store.at_hand import put
from checkback.care.store.people import the_programme
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


def test_only_a_reading_gathers(house):
    def gather(tx: Transaction) -> None:
        put(tx, the_programme, dict)

    with house.rt.store.read() as tx:
        gather(tx)
    with pytest.raises(RuntimeError), house.rt.store.begin("test.gather") as tx:
        gather(tx)
