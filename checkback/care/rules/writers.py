"""Who a text came from, by the address the carrier wrote: a phone we can text, or something that only writes."""

from __future__ import annotations

import re
from dataclasses import dataclass

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
#: Other ways into one account, written in front of the number (Twilio Docs, "Message resource").
_CHANNELS = ("whatsapp:", "rcs:", "messenger:", "sms:", "viber:")
#: What Twilio writes where a caller withholds the number: the letters of ANONYMOUS and RESTRICTED on a keypad, and kin.
_WITHHELD = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+464"})


@dataclass(frozen=True)
class Writer:
    """Whoever wrote. `number` finds the phone; to one that is not `can_be_texted` nothing goes by itself."""

    number: str
    can_be_texted: bool


def writer(address: str) -> Writer:
    """Read the address of a sender, whatever it is.

    A short code or a name is a machine, or a mail that was made a text: heard, but nobody reads an answer there. Who
    writes by WhatsApp or RCS is whoever has that number, so that danger reaches the one who knows them; but what we
    send would come out somewhere else than they look, so a person answers.
    """
    written = address.strip()
    number = written
    for channel in _CHANNELS:
        if number.lower().startswith(channel):
            number = number[len(channel) :]
    is_number = _E164.fullmatch(number) is not None and number not in _WITHHELD
    if not is_number:
        return Writer(written, can_be_texted=False)
    return Writer(number, can_be_texted=number == written)
