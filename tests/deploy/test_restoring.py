"""A day-old backup is put back: what went and came since is learned from the carrier, and nobody is texted twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from checkback.adapters.backups import BackupFailed, back_up, manifest_of, newest, put_back, read_manifest
from checkback.care.errors import CarrierLogUnread, NotRestored
from checkback.care.flows import restoring
from checkback.care.model import CheckIn, Escalation, InboundMessage, OutboundMessage, Task
from checkback.care.ports import LoggedText
from checkback.care.store import Store
from checkback.care.terms import DistressLevel, OutboundState, TaskKind
from tests.conftest import _postgres_database as postgres_database
from tests.story import ALERT_LINE, ANA, FAMILY_LINE, House


class Listing:
    """The carrier's own list: what it took, and what came."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.came: list[LoggedText] = []
        self.says = True
        self.is_redacted = False

    def texts_since(self, since: datetime) -> list[LoggedText]:
        if not self.says:
            raise CarrierLogUnread
        carrier = self._house.carrier
        lines = {sender: number for sender, number in self._house.rt.senders.items()}
        went = [
            LoggedText(sid, lines[text.sender], text.to, "" if self.is_redacted else text.body, at, "delivered")
            for text in carrier.taken
            if (at := carrier._taken_at[sid := carrier.sid_of(text)]) >= since
        ]
        return sorted([*went, *(text for text in self.came if text.at >= since)], key=lambda text: text.at)


class Archive:
    """Backups of a house's database, and the way back."""

    def __init__(self, house: House, url: str, folder: Path) -> None:
        self.house, self.url, self.file = house, url, folder / "backup" / "night.backup"
        self.opened: list[Store] = []
        self.file.parent.mkdir()

    def keeps(self) -> None:
        back_up(self.url, self.file, self.house.clock.now())

    def puts_back(self, into: str) -> House:
        """A house on the database as it was; carrier and clock are those of the present."""
        house, manifest = self.house, read_manifest(self.file)
        house.rt.store.close()

        def mark(url: str) -> None:
            store = Store(url, keyring=house.rt.store.keyring, clock=house.clock, points=house.rt.points)
            restoring.note_restored(_with(house, store).rt, manifest.begun_at)
            store.close()

        put_back(into, self.file, manifest, mark)
        store = Store(into, keyring=house.rt.store.keyring, clock=house.clock, points=house.rt.points)
        self.opened.append(store)
        return _with(house, store)


def _with(house: House, store: Store) -> House:
    return House(replace(house.rt, store=store), house.clock, house.carrier, house.assistant)


@pytest.fixture
def archive(house: House, database_url: str, tmp_path: Path, empty: str) -> Iterator[Archive]:
    made = Archive(house, database_url, tmp_path)
    yield made
    for store in made.opened:
        store.close()


@pytest.fixture
def listing(house: House) -> Listing:
    return Listing(house)


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Iterator[str]:
    """A place of the same kind where there is nothing."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'again' / 'checkback.db'}"
        return
    with postgres_database() as url:
        yield url


def twice(house: House) -> dict[tuple[str, str], int]:
    """What went to a family's phone more than once in the same words, from the family line."""
    sent = Counter((text.to, text.body) for text in house.carrier.taken if house.rt.senders[text.sender] == FAMILY_LINE)
    return {text: times for text, times in sent.items() if times > 1}


def a_day_goes_on(house: House) -> None:
    """Ana agrees and is asked what was promised; the house works at every hour."""
    house.phone(ANA).texts("1")
    for _ in range(30):
        house.clock.tick(hours=2)
        house.works(rounds=2)


def test_after_a_day_old_backup_nobody_is_texted_twice(house, ana, archive, listing, empty):
    house.enrols()
    house.works()
    archive.keeps()
    a_day_goes_on(house)
    sent = len(ana.got)
    assert sent > 2
    restored = archive.puts_back(empty)
    restoring.reconcile(restored.rt, listing)
    for _ in range(12):
        restored.clock.tick(hours=2)
        restored.works(rounds=2)
    assert twice(restored) == {}
    promised = [each for each in restored.all(CheckIn) if each.step == "promised"]
    assert [each.state.is_over for each in promised] == [True]
    assert TaskKind.UNCLEAR_SEND in restored.tasks


def test_what_was_queued_then_and_has_gone_is_found_by_its_words(house, ana, archive, listing, empty):
    house.enrols()
    archive.keeps()
    house.works()
    assert len(ana.got) == 1
    restored = archive.puts_back(empty)
    done = restoring.reconcile(restored.rt, listing)
    restored.works()
    assert done.settled == 1
    assert len(ana.got) == 1
    (welcome,) = [each for each in restored.outbox() if each.kind == "welcome"]
    assert welcome.state is OutboundState.DELIVERED


def test_where_the_carriers_copy_was_redacted_a_person_looks_and_nothing_goes_again(
    house, ana, archive, listing, empty
):
    house.enrols()
    archive.keeps()
    house.works()
    listing.is_redacted = True
    restored = archive.puts_back(empty)
    restoring.reconcile(restored.rt, listing)
    restored.works()
    assert len(ana.got) == 1
    assert TaskKind.UNCLEAR_SEND in restored.tasks


def test_until_it_is_reconciled_nothing_goes_to_a_family_and_staff_are_told_all_the_same(
    house, ana, dr_lee, archive, listing, empty
):
    house.enrols()
    archive.keeps()
    restored = archive.puts_back(empty)
    before = len(dr_lee.got)
    restored.works()
    restored.receives("I want to kill myself", from_=ANA, to=FAMILY_LINE, sid="SM" + "9" * 32)
    restored.works()
    assert ana.got == []
    assert len(dr_lee.got) > before


def test_a_carrier_that_does_not_say_lets_nothing_go(house, ana, archive, listing, empty):
    house.enrols()
    archive.keeps()
    house.works()
    restored = archive.puts_back(empty)
    listing.says = False
    with pytest.raises(CarrierLogUnread):
        restoring.reconcile(restored.rt, listing)
    restored.works()
    assert restoring.is_held(restored.rt)
    assert len(ana.got) == 1


def test_distress_that_came_since_is_heard_again_and_answered_by_a_person(house, ana, archive, listing, empty):
    house.enrols()
    house.works()
    archive.keeps()
    ana.texts("I want to kill myself", sid="SM" + "8" * 32)
    answers = len(ana.got)
    restored = archive.puts_back(empty)
    assert restored.all(Escalation) == []
    listing.came.append(
        LoggedText(
            "SM" + "8" * 32, ANA, FAMILY_LINE, "I want to kill myself", house.clock.now(), "received", is_inbound=True
        )
    )
    done = restoring.reconcile(restored.rt, listing)
    restored.works()
    assert done.heard == 1
    assert [each.level for each in restored.all(InboundMessage)] == [DistressLevel.ACUTE]
    assert len(restored.all(Escalation)) == 1
    assert len(ana.got) == answers
    assert restored.escalation.number > 1000


def test_an_opt_out_in_words_since_then_is_not_forgotten(house, ana, archive, listing, empty):
    house.enrols()
    house.works()
    archive.keeps()
    restored = archive.puts_back(empty)
    listing.came.append(
        LoggedText("SM" + "7" * 32, ANA, FAMILY_LINE, "STOP", house.clock.now(), "received", is_inbound=True)
    )
    restoring.reconcile(restored.rt, listing)
    for _ in range(30):
        restored.clock.tick(hours=2)
        restored.works(rounds=1)
    assert len(ana.got) == 1


def test_commands_of_staff_are_not_repeated(house, archive, listing, empty, dr_lee):
    house.enrols()
    archive.keeps()
    restored = archive.puts_back(empty)
    listing.came.append(
        LoggedText("SM" + "6" * 32, dr_lee.number, ALERT_LINE, "ack 12", house.clock.now(), "received", is_inbound=True)
    )
    assert restoring.reconcile(restored.rt, listing).heard == 0
    assert restored.all(InboundMessage) == []


def test_a_family_the_backup_does_not_know_is_counted(house, archive, listing, empty):
    archive.keeps()
    house.enrols()
    house.works()
    restored = archive.puts_back(empty)
    assert restoring.reconcile(restored.rt, listing).unknown == 1
    assert restored.all(Task) == []


def test_a_house_that_was_not_restored_has_nothing_to_reconcile(house, listing):
    with pytest.raises(NotRestored):
        restoring.reconcile(house.rt, listing)


def test_saying_it_twice_changes_nothing_more(house, ana, archive, listing, empty):
    house.enrols()
    archive.keeps()
    house.works()
    restored = archive.puts_back(empty)
    restoring.reconcile(restored.rt, listing)
    rows = len(restored.all(OutboundMessage))
    with pytest.raises(NotRestored):
        restoring.reconcile(restored.rt, listing)
    assert len(restored.all(OutboundMessage)) == rows


def test_a_backup_is_never_put_over_a_database(house, archive, database_url):
    archive.keeps()
    manifest = read_manifest(archive.file)
    with pytest.raises(BackupFailed):
        put_back(database_url, archive.file, manifest, lambda _url: None)


def test_a_backup_that_was_touched_is_refused(house, archive):
    archive.keeps()
    touched = bytearray(archive.file.read_bytes())
    touched[-1] ^= 1
    archive.file.write_bytes(touched)
    with pytest.raises(BackupFailed, match="checksum"):
        read_manifest(archive.file)


def test_a_backup_is_read_by_us_alone_and_never_written_over(house, archive):
    archive.keeps()
    assert archive.file.stat().st_mode & 0o077 == 0
    assert manifest_of(archive.file).stat().st_mode & 0o077 == 0
    assert newest(archive.file.parent) == house.clock.now()
    with pytest.raises(BackupFailed, match="exists"):
        archive.keeps()


def test_no_word_of_a_family_stands_in_a_backup_in_clear(house, ana, archive):
    house.enrols()
    ana.texts("the marked sentence of a test")
    archive.keeps()
    kept = archive.file.read_bytes()
    assert b"marked sentence" not in kept
    assert ANA.encode() not in kept
    assert b"Morales" not in kept
