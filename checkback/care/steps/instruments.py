"""The questionnaires a house may use: kept as their files said them, and read again when they are asked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache

from checkback.care import model
from checkback.care.errors import NotFound
from checkback.care.program import checksum, read_instrument
from checkback.care.rules.instruments import Instrument
from checkback.care.store import SYSTEM, Transaction, screenings


def keep(tx: Transaction, file: str, text: str, actor: str = SYSTEM) -> tuple[model.Instrument, bool]:
    """Keep a questionnaire from the text of its file, and whether it is new. It is used from now on; what was begun
    with another text of that name goes on with that one.

    Raises:
        ProgramError: naming the file, the field and the mend; nothing is kept.
    """
    read = read_instrument(file, text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    before = screenings.instruments(tx, read.name)
    known = next((each for each in before if each.digest == digest), None)
    if known is not None and before[0] is known:
        return known, False
    if known is not None:  # a text that was used before comes back
        known.loaded_at = tx.now
        tx.record("questionnaire.loaded", known, actor)
        return known, True
    row = tx.add(
        model.Instrument(
            name=read.name,
            version=read.version,
            licence=read.licence,
            checksum=checksum(read),
            digest=digest,
            definition=text,
            loaded_at=tx.now,
        )
    )
    tx.session.flush()
    tx.record("questionnaire.loaded", row, actor)
    return row, True


def seed(tx: Transaction, file: str, text: str) -> None:
    """Keep what is shipped where there is none of its name yet: a changed file never takes the place of one in use."""
    if not screenings.instruments(tx, read_instrument(file, text).name):
        keep(tx, file, text)


def known(tx: Transaction) -> Mapping[str, Instrument]:
    """What is used of each name now."""
    return {row.name: definition_of(row) for row in reversed(screenings.instruments(tx))}


def in_use(tx: Transaction, name: str) -> model.Instrument:
    """The one of this name that is used now. Raises NotFound."""
    found = screenings.instruments(tx, name)
    if not found:
        raise NotFound(f"there is no questionnaire '{name}'")
    return found[0]


def definition_of(row: model.Instrument) -> Instrument:
    """What this row says. Raises ProgramError when this program cannot read it any more."""
    return _read(row.reference, row.definition)


@lru_cache(maxsize=64)
def _read(reference: str, definition: str) -> Instrument:
    return read_instrument(reference, definition)
