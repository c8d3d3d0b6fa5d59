"""Numbers and places as people write them."""

from __future__ import annotations

import pytest

from checkback.care.errors import InvalidPhone
from checkback.care.rules.phones import e164
from checkback.care.rules.zones import zone_of_zip


@pytest.mark.parametrize(
    "written",
    [
        "(314) 555-0101",
        "314-555-0101",
        "3145550101",
        "+13145550101",
        "1 314 555 0101",
        " 314.555.0101 ",
        "３１４５５５０１０１",
    ],
)
def test_a_number_has_one_form_however_it_is_written(written):
    assert e164(written) == "+13145550101"


@pytest.mark.parametrize(
    "written",
    ["", "555-0101", "call me", "314-555-0101 x5", "+1314555010", "31455501010000", "\x00", "01)155001)1550100"],
)
def test_what_is_no_number_is_refused_and_not_repeated(written):
    with pytest.raises(InvalidPhone) as raised:
        e164(written)
    assert str(raised.value) == "This is not a phone number we can text."


@pytest.mark.parametrize(
    ("zip_code", "zone"),
    [
        ("63106", "America/Chicago"),
        ("63106-1234", "America/Chicago"),
        (" 10001 ", "America/New_York"),
        ("85001", "America/Phoenix"),
        ("99501", "America/Anchorage"),
        ("96813", "Pacific/Honolulu"),
        ("00000", None),
    ],
)
def test_a_zip_says_the_zone_or_says_that_it_does_not_know(zip_code, zone):
    assert zone_of_zip(zip_code) == zone


@pytest.mark.parametrize("zip_code", ["", "631", "6310a", "631067", "63106 and more", "63106-12", "６３１０６"])
def test_what_is_no_zip_is_refused(zip_code):
    with pytest.raises(ValueError, match="five digits"):
        zone_of_zip(zip_code)
