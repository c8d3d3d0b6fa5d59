"""Phone numbers as the network sees them, written from the numbering plans and not from a library of ours."""

from __future__ import annotations

import re

_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
# North American numbers are +1, an area code and an exchange that start with 2 to 9, and four digits.
_NORTH_AMERICAN = re.compile(r"\+1[2-9][0-9]{2}[2-9][0-9]{6}", re.ASCII)


def is_e164(number: str) -> bool:
    """Whether a text can be sent to this number as it is written. Twilio would also read some local spellings; we ask
    for E.164, because that is what the application has to send."""
    if number.startswith("+1"):
        return _NORTH_AMERICAN.fullmatch(number) is not None
    return _E164.fullmatch(number) is not None


def spoken(number: str) -> str:
    """A number the way people write it: (314) 555-0101."""
    if _NORTH_AMERICAN.fullmatch(number):
        return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
    return number
