"""Who is under eighteen, by what was said of them. In doubt a person looks: a guardian is asked once too often."""

from __future__ import annotations

import re
import unicodedata

#: Below this age a guardian agrees to counselling and to texts; Missouri's exceptions (Revised Statutes, 431.061) are
#: about other care.
OF_AGE = 18
_SURE = frozenset({"minor", "teen", "teenager", "adolescent", "menor", "adolescente"})
#: These may also say whose mother somebody is.
_UNLESS_GROWN = frozenset({"child", "kid", "youth", "nino", "nina", "chico", "chica", "muchacho", "muchacha"})
_GROWN = frozenset(
    {"mother", "mom", "father", "dad", "parent", "stepmother", "stepfather", "guardian", "caregiver", "caretaker"}
    | {"grandmother", "grandfather", "grandparent", "aunt", "uncle", "adult", "madre", "mama", "padre", "papa"}
    | {"tutor", "tutora", "abuela", "abuelo", "tia", "tio", "adulto", "adulta"}
)
_AGE = re.compile(r"(?<!\d)(\d{1,2})(?!\d)")


def age_in(role: str) -> int | None:
    """The age that stands in a contact's role, as in `son, 15`; None where none does."""
    age = _AGE.search(role)
    return int(age[1]) if age is not None else None


def is_minor(role: str) -> bool:
    """Whether a contact with this role in the family is under eighteen: `minor`, `teen`, `son, 15`, `menor`."""
    plain = unicodedata.normalize("NFKD", role.casefold())
    words = set(re.findall(r"[a-z]+", "".join(c for c in plain if not unicodedata.combining(c))))
    age = age_in(role)
    if age is not None:
        return age < OF_AGE
    return bool(words & _SURE) or (bool(words & _UNLESS_GROWN) and not words & _GROWN)
