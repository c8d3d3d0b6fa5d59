"""Every kind of address a text may come from."""

from __future__ import annotations

import pytest

from checkback.care.rules.writers import writer


@pytest.mark.parametrize(
    ("address", "number", "can_be_texted"),
    [
        ("+13145550101", "+13145550101", True),
        (" +13145550101 ", "+13145550101", True),
        ("+447700900123", "+447700900123", True),
        ("whatsapp:+13145550101", "+13145550101", False),
        ("RCS:+13145550101", "+13145550101", False),
        ("22395", "22395", False),
        ("ALERTS", "ALERTS", False),
        ("+266696687", "+266696687", False),
        ("whatsapp:ana", "whatsapp:ana", False),
        ("3145550101", "3145550101", False),
        ("+1", "+1", False),
        ("+0123456789", "+0123456789", False),
        ("+1314555010１", "+1314555010１", False),
        ("client:ana", "client:ana", False),
        ("", "", False),
    ],
)
def test_only_a_whole_number_can_be_texted_and_a_channel_has_a_number_in_it(address, number, can_be_texted):
    found = writer(address)
    assert (found.number, found.can_be_texted) == (number, can_be_texted)
