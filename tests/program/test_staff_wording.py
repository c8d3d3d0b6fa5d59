"""What staff read: a reference, a level, what to reply, and nothing of anybody."""

from __future__ import annotations

import re

import pytest

from checkback.care.rules.segments import encoding, segments
from tests.program.sentences import WORDING

SLOTS = {
    "reference": "E-12345",
    "number": "12345",
    "code": "63038",
    "level": "emergent",
    "url": "https://checkback.example.org/e/12345678"[:40],
    "minutes": "240",
    "count": "120",
    "late": "120",
    "outcome": "welfare-check",
    "note": "Needs Spanish. ",
}
ALERTS = sorted(key for key in WORDING.staff_keys() if key.startswith("alert."))
WORDS = re.compile(r"\b(ACK|PASS|REACHED|TRIED|REFERRED|WELFARE|FALSE)\b")


@pytest.mark.parametrize("key", sorted(WORDING.staff_keys()))
def test_every_text_to_staff_is_one_plain_text(key: str) -> None:
    text = WORDING.staff(key, **SLOTS)
    assert (encoding(text), segments(text)) == ("gsm-7", 1), text


@pytest.mark.parametrize("key", ALERTS)
def test_an_alert_says_which_where_and_what_to_reply(key: str) -> None:
    text = WORDING.staff(key, **SLOTS)
    assert "E-12345" in text
    assert text.endswith(SLOTS["url"])
    assert WORDS.search(text)


@pytest.mark.parametrize("key", ALERTS)
def test_an_alert_can_be_filled_from_the_escalation_alone(key: str) -> None:
    assert WORDING.staff_slots(key) <= {"reference", "number", "level", "url", "note"}


def test_no_text_to_staff_has_room_for_what_a_family_said() -> None:
    assert {slot for key in WORDING.staff_keys() for slot in WORDING.staff_slots(key)} <= set(SLOTS)


def test_the_list_of_commands_has_them_all() -> None:
    assert set(WORDS.findall(WORDING.staff("commands"))) == {
        "ACK", "PASS", "REACHED", "TRIED", "REFERRED", "WELFARE", "FALSE",
    }  # fmt: skip
