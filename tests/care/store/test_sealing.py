"""What lies at rest cannot be read, moved or found without the keys; and the keys can be changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from checkback.care.flows.enrolment import NewContact
from checkback.care.model import Contact, Incident, Note, Phone, StaffMember
from checkback.care.model.sealing import Keyring, SealBroken, folded_tokens
from checkback.care.store import Store, people
from tests.care.conftest import ON_SQLITE
from tests.fakes import CrashingPoints
from tests.story import ANA, House

SECRETS = ("Morales", "burglary", "63106", "3145550101", "crib", "Dana Lee", "baby-things")

PUBLIC = ("resource", "resource_reach", "directory_import")
"""The directory of help says nothing of a family."""


def reopened(house: House, database_url: str, keyring: Keyring) -> Store:
    """The same database with another ring of keys."""
    return Store(database_url, keyring=keyring, clock=house.clock, points=CrashingPoints())


def everything_at_rest(store: Store) -> str:
    """Every value of every table as the database has it, read past our own types."""
    with store.engine.connect() as connection:
        tables = [table for table in Contact.metadata.sorted_tables if table.name not in PUBLIC]
        rows = [row for table in tables for row in connection.execute(text(f"SELECT * FROM {table.name}"))]  # noqa: S608
    return " ".join(str(v, "latin-1") if isinstance(v, bytes | memoryview) else str(v) for row in rows for v in row)


def test_nothing_about_a_family_lies_in_clear_in_any_table(house, ana):
    house.enrols(child_ages=[7])
    house.works()
    ana.texts("1")
    ana.texts("we need a crib for Mateo")
    ana.texts("he has a gun")
    kept = everything_at_rest(house.rt.store)
    assert [secret for secret in (*SECRETS, "Mateo", "gun", "crib for") if secret in kept] == []


@ON_SQLITE
def test_nothing_about_a_family_lies_in_clear_in_the_files(house, ana, home):
    house.enrols()
    ana.texts("we need a crib for Mateo")
    files = [path.read_bytes() for path in Path(home.url.removeprefix("sqlite:///")).parent.iterdir()]
    assert len(files) >= 2, "the database and its log"
    # Resources are public, and "crib" stands in their descriptions.
    assert [w for w in ("Morales", "Mateo", "3145550101", "burglary") if any(w.encode() in f for f in files)] == []


def test_a_value_moved_to_another_column_does_not_open(keyring):
    sealed = keyring.seal(b"Ana Morales", "contact.name")
    assert keyring.open(sealed, "contact.name") == b"Ana Morales"
    with pytest.raises(SealBroken, match=r"note\.text"):
        keyring.open(sealed, "note.text")


def test_a_value_moved_to_another_column_does_not_open_in_the_database(house):
    house.enrols()
    with house.rt.store.begin("test.move") as tx:
        tx.session.execute(text("UPDATE contact SET name = (SELECT kind FROM incident)"))
    with pytest.raises(SealBroken), house.rt.store.read() as tx:
        tx.session.query(Contact).all()


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01short", b"\x09" + b"x" * 40], ids=repr)
def test_what_was_never_sealed_by_us_says_so_and_not_what_it_holds(keyring, sealed):
    with pytest.raises(SealBroken):
        keyring.open(sealed, "contact.name")


def test_the_same_words_sealed_twice_look_different(keyring):
    assert keyring.seal(b"no", "answer.answer") != keyring.seal(b"no", "answer.answer")


def test_after_a_key_is_rotated_the_old_values_open_and_new_ones_use_the_new_key(house, home, keyring):
    house.enrols()
    rotated = Keyring(sealing={**keyring.sealing, 2: b"S" * 32}, indexing=keyring.indexing)
    store = reopened(house, home.url, rotated)
    with store.begin("test.note") as tx:
        (contact,) = tx.session.query(Contact).all()
        assert contact.name == "Ana Morales"
        lee = tx.session.query(StaffMember).filter_by(login="lee").one()
        note = tx.add(Note(family_id=contact.family_id, author_id=lee.id, written_at=tx.now, text="called"))
        tx.record("note.written", note)
    with store.engine.connect() as connection:
        (sealed,) = connection.execute(text("SELECT text FROM note")).one()
    assert bytes(sealed)[0] == 2
    store.close()


def test_a_key_that_is_gone_is_named_by_its_column_never_by_what_it_hid(house, home, keyring):
    house.enrols()
    lost = reopened(house, home.url, Keyring(sealing={2: b"S" * 32}, indexing=keyring.indexing))
    with pytest.raises(SealBroken) as raised, lost.read() as tx:
        tx.session.query(Contact).all()
    assert str(raised.value) == "contact.name: sealed with a key that is not on the ring"
    lost.close()


def test_a_phone_and_a_name_are_found_after_the_index_key_was_rotated(house, home, keyring):
    house.enrols()
    rotated = Keyring(sealing=keyring.sealing, indexing={**keyring.indexing, 2: b"I" * 32})
    store = reopened(house, home.url, rotated)
    with store.begin("test.look") as tx:
        assert people.phone_or_new(tx, ANA).number == ANA
        assert [contact.name for contact in people.contacts_named(tx, "morales")] == ["Ana Morales"]
        made = people.phone_or_new(tx, "+13145550177")
        assert made.index_version == 2
    with store.read() as tx:
        assert tx.session.query(Phone).filter_by(number_index=made.number_index).one().number == "+13145550177"
    store.close()


def test_an_index_of_one_kind_says_nothing_of_another(keyring):
    assert keyring.index("ana", "name") != keyring.index("ana", "phone")
    assert keyring.index("ana", "name") == keyring.index("ana", "name")


FOUND = ("Núñez", "NUNEZ", "nun", "maría núñez", "garcia-nunez", "nunez-garcia", "jo", "Nun\u0303ez")
NOT_FOUND = ("nu", "nunezz", "núñez smith", "garcia-smith", "", " - ", "\x00")


def test_names_are_found_by_words_and_their_beginnings_without_accents(house):
    house.enrols(contacts=[NewContact("María Jo García-Núñez", ANA)])
    with house.rt.store.read() as tx:
        assert [words for words in FOUND if not people.contacts_named(tx, words)] == []
        assert [words for words in NOT_FOUND if people.contacts_named(tx, words)] == []


def test_folding_keeps_words_apart_and_short_ones_whole():
    assert folded_tokens("Zoë Ng") == {"zoe", "ng"}
    assert folded_tokens("D’Angelo") == {"d", "ang", "ange", "angel", "angelo"}
    assert folded_tokens("\x00 !?") == frozenset()


def test_a_ring_refuses_keys_that_are_none_and_never_repeats_them():
    with pytest.raises(ValueError, match="32 bytes") as raised:
        Keyring.parse("1:c2hvcnQ=", "1:c2hvcnQ=")
    assert "c2hvcnQ" not in str(raised.value)
    with pytest.raises(ValueError, match="write id:base64"):
        Keyring.parse("no key", "1:c2hvcnQ=")


def test_a_row_says_neither_name_nor_number_when_it_is_printed(house):
    house.enrols()
    assert "Morales" not in repr(house.all(Contact)) + repr(house.all(Incident))
    with pytest.raises(StatementError) as raised, house.rt.store.begin("test.break") as tx:
        tx.add(Phone(number="+13145550166", number_index=None, index_version=1))  # type: ignore[arg-type]
        tx.session.flush()
    assert "555" not in str(raised.value)
