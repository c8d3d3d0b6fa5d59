"""What differs when the family of an incident is told of a second time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_OF_THE_FAMILY = ("occurred_at", "kind", "zip", "team", "clinician", "officer", "promise_hours", "plan", "children")
_OF_A_CONTACT = ("name", "language", "role", "safe_to_text", "safe_word", "duress_word")


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The fields that say something else than before, as `kind` or `contacts[0].name`. What is left out says nothing.

    People are told apart by their number; one more or less is a difference in `contacts`.
    """
    found = [name for name in _OF_THE_FAMILY if now.get(name) and now[name] != before.get(name)]
    known = {contact["phone"]: contact for contact in before["contacts"]}
    if {contact["phone"] for contact in now["contacts"]} != set(known):
        return [*found, "contacts"]
    for at, contact in enumerate(now["contacts"]):
        was = known[contact["phone"]]
        found += [
            f"contacts[{at}].{name}"
            for name in _OF_A_CONTACT
            if contact.get(name) is not None and contact[name] != was.get(name)
        ]
    return found
