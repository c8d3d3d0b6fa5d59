"""Phone numbers as people write them, in the one form we keep: E.164."""

from __future__ import annotations

import phonenumbers

from checkback.care.errors import InvalidPhone


def e164(written: str, region: str = "US") -> str:
    """`(314) 555-0101` → `+13145550101`. Raises InvalidPhone. Numbers kept for fiction, 555-01xx, pass."""
    number = _one_form(written.strip(), region)
    # Some foreign prefixes can be taken off twice; a number with two forms would be two phones.
    if _one_form(number, region) != number:
        raise InvalidPhone
    return number


def _one_form(written: str, region: str) -> str:
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException as error:
        raise InvalidPhone from error
    # Whole, not only possible within its own area: seven digits reach nobody.
    whole = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    if not whole or number.extension:
        raise InvalidPhone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
