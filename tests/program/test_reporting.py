"""The table of where a report of child abuse is made: a wrong line would cost a child time."""

from __future__ import annotations

import re

import pytest

from checkback.care.program.reporting import Hotlines
from checkback.care.rules.zones import state_of_zip
from tests.conftest import PROGRAM

HOTLINES = Hotlines.load(PROGRAM / "reporting.yml")
#: One ZIP code in each state of the table, so that a state that is misspelt there is found.
ZIPS = {
    "AK": "99501", "AR": "72201", "AZ": "85001", "CT": "06103", "DC": "20001", "DE": "19801", "FL": "33101",
    "IA": "50309", "IL": "60601", "IN": "46204", "KS": "66603", "KY": "40202", "LA": "70112", "MA": "02108",
    "MD": "21201", "ME": "04101", "MI": "48226", "MO": "63106", "MS": "39201", "MT": "59601", "NE": "68102",
    "NH": "03301", "NJ": "07102", "NM": "87102", "NY": "10001",
}  # fmt: skip


def test_every_state_of_the_table_is_looked_at_here():
    assert HOTLINES.states.keys() == ZIPS.keys()


@pytest.mark.parametrize("state", sorted(HOTLINES.states))
def test_a_family_of_this_state_gets_its_line_with_where_it_was_read(state: str):
    line = HOTLINES.of(state_of_zip(ZIPS[state]))
    assert line is HOTLINES.states[state]
    assert re.fullmatch(r"1-[2-9]\d\d-[2-9]\d\d-\d{4}", line.phone)
    assert line.source.startswith("https://")


def test_no_two_states_share_a_line_by_a_slip_of_the_pen():
    phones = [line.phone for line in (*HOTLINES.states.values(), HOTLINES.national)]
    assert len(set(phones)) == len(phones)


@pytest.mark.parametrize("zip_code", ["94103", "00000", "75201"])
def test_every_other_state_gets_the_national_line(zip_code: str):
    assert HOTLINES.of(state_of_zip(zip_code)).phone == "1-800-422-4453"
