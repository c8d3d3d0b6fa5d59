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
    "CO": "80202", "GA": "30303", "HI": "96813", "ID": "83702", "ND": "58501", "OH": "43215", "OK": "73102",
    "OR": "97204", "PA": "17101", "RI": "02903", "SC": "29201", "SD": "57501", "TN": "37203", "TX": "75201",
    "UT": "84111", "VA": "23219", "VT": "05601", "WA": "98101", "WV": "25301",
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
    phones += [phone for line in HOTLINES.states.values() for phone in re.findall(r"1-[\d-]{12}", line.name)]
    assert len(set(phones)) == len(phones)


@pytest.mark.parametrize("zip_code", ["94103", "00000", "55401"])
def test_every_other_state_gets_the_national_line(zip_code: str):
    assert HOTLINES.of(state_of_zip(zip_code)).phone == "1-800-422-4453"


def test_a_line_that_is_not_open_at_night_says_so():
    """Dialled at 3 a.m. a machine answers: whoever decides about a report must see it before."""
    for state in ("ND", "SD"):
        assert "at other hours the police" in HOTLINES.states[state].name
