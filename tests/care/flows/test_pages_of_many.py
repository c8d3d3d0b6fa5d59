"""What a page asks the database does not grow with the families behind it: neither how often, nor how much is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from checkback.care.flows import board, family_page, tomorrow
from checkback.care.flows.tomorrow import Wishes
from checkback.care.model import StaffMember
from tests.many_families import many_families
from tests.story import House

#: Of these there are hundreds of thousands: a page enters them by an index.
MANY = (
    "answer", "audit_event", "check_in", "consent", "contact", "contact_phone", "conversation", "escalation", "family",
    "inbound_message", "incident", "opt_out", "outbound_message", "phone", "safety_preference", "task",
)  # fmt: skip

Page = Callable[[House, StaffMember], object]
PAGES: dict[str, Page] = {
    "board": lambda house, reader: board.look(house.rt, reader.id),
    "tomorrow": lambda house, reader: tomorrow.look(house.rt, reader.id),
    "tomorrow-of-a-plan": lambda house, reader: tomorrow.look(house.rt, reader.id, Wishes(plan="short")),
    "family": lambda house, reader: family_page.show(house.rt, "F-20", reader.id),
}


def member(house: House, login: str) -> StaffMember:
    found: StaffMember = next(each for each in house.all(StaffMember) if each.login == login)
    return found


def asked(house: House, page: Page, reader: StaffMember) -> list[tuple[str, Any]]:
    """Every statement of a page, with what it was asked for."""
    said: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        said.append((statement, parameters))

    event.listen(house.rt.store.engine, "before_cursor_execute", note)
    try:
        page(house, reader)
    finally:
        event.remove(house.rt.store.engine, "before_cursor_execute", note)
    # Whether there is any family is known from the first row, in whatever order they are read.
    return [each for each in said if each[0].startswith("SELECT") and not each[0].startswith("SELECT EXISTS")]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("login", ["admin", "lee"])
def test_a_page_asks_no_more_often_however_many_families_there_are(house, page, login):
    many_families(house.rt, 60)
    few = len(asked(house, PAGES[page], member(house, login)))
    many_families(house.rt, 240, since=60)
    many = len(asked(house, PAGES[page], member(house, login)))
    assert many <= few


@pytest.mark.parametrize("page", PAGES)
def test_no_page_reads_a_large_table_from_end_to_end(house, page):
    many_families(house.rt, 150, analyse=False)
    statements = asked(house, PAGES[page], member(house, "lee"))
    with house.rt.store.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if not is_sqlite:  # a hundred rows are read quicker without an index, had it the choice
            connection.exec_driver_sql("SET enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
        scans = [
            (line, statement)
            for statement, parameters in statements
            for row in connection.exec_driver_sql(explain + statement, parameters)
            for line in [str(row[-1]).strip()]
            if is_scan(line)
        ]
    assert scans == []


def is_scan(line: str) -> bool:
    """Whether a line of a plan says that all of a large table is read."""
    words = line.split()
    if words[:1] == ["SCAN"]:
        return words[1] in MANY and "INDEX" not in words
    return "Seq Scan on" in line and line.split("Seq Scan on ")[1].split(maxsplit=1)[0] in MANY
