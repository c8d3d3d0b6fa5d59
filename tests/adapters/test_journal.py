"""The journal on a disk that is full, broken, shared, or has entries nobody can read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import structlog

from checkback.adapters.journal import DiskJournal
from checkback.care.errors import StoreUnavailable
from checkback.care.model.sealing import Keyring
from tests.furnished import RING

ANA, BEN = "text:+13145550101", "text:+13145550102"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def journal(folder: Path) -> DiskJournal:
    return DiskJournal(folder, RING)


def bodies(journal: DiskJournal, limit: int | None = None) -> list[object]:
    return [entry.fields["body"] for entry in journal.pending(limit)]


def test_a_thread_waits_while_it_has_an_entry_and_no_other_does(journal):
    journal.keep({"body": "first"}, thread=ANA)
    assert (journal.waits(ANA), journal.waits(BEN)) == (True, False)
    (entry,) = journal.pending()
    journal.remove(entry)
    assert not journal.waits(ANA)


def test_a_thread_is_found_under_an_older_index_key_too(journal, folder):
    journal.keep({"body": "first"}, thread=ANA)
    rotated = Keyring(sealing=RING.sealing, indexing={**RING.indexing, 2: b"j" * 32})
    assert DiskJournal(folder, rotated).waits(ANA)


def test_a_name_says_nothing_of_who_wrote(journal, folder):
    journal.keep({"body": "first"}, thread=ANA)
    (file,) = folder.iterdir()
    assert "555" not in file.name.partition("-")[2]
    assert b"first" not in file.read_bytes()
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert oct(folder.stat().st_mode & 0o777) == "0o700"


def test_two_processes_see_one_order(journal, folder):
    other = DiskJournal(folder, RING)
    for at, each in enumerate([journal, other] * 5):
        each.keep({"body": str(at)}, thread=ANA)
    assert bodies(journal) == bodies(other) == [str(at) for at in range(10)]
    assert bodies(journal, limit=3) == ["0", "1", "2"]


def test_the_state_is_told_without_opening_anything(journal, folder):
    assert (journal.state().waiting, journal.state().oldest, journal.state().aside) == (0, 0.0, 0)
    for body in ("one", "two"):
        journal.keep({"body": body}, thread=ANA)
    journal.put_aside(journal.pending()[0])
    state = DiskJournal(folder, Keyring(sealing={9: b"x" * 32}, indexing={9: b"y" * 32})).state()
    assert (state.waiting, state.aside) == (1, 1)
    assert state.oldest > 0


@pytest.mark.parametrize(
    "content",
    [b"", b"\x01broken", b"\x63" + b"x" * 60, *(RING.seal(clear, "journal.entry") for clear in (b"no JSON", b"[1]"))],
    ids=["empty", "broken", "of a lost key", "no JSON", "no fields"],
)
def test_what_cannot_be_read_is_put_aside_said_loudly_and_told_of_once(journal, folder, content):
    journal.keep({"body": "one"}, thread=ANA)
    (file,) = folder.iterdir()
    file.write_bytes(content)
    journal.keep({"body": "two"}, thread=BEN)
    with structlog.testing.capture_logs() as said:
        assert bodies(journal) == ["two"]
    assert [line["event"] for line in said] == ["journal.unreadable"]
    assert file.with_suffix(".aside").read_bytes() == content, "nothing is lost: the key may come back"
    (name,) = journal.aside_untold()
    journal.mark_told(name)
    assert DiskJournal(folder, RING).aside_untold() == []


def test_an_entry_that_was_told_of_and_is_then_put_aside_is_told_of_again(journal):
    journal.keep({"body": "one"}, thread=ANA)
    (entry,) = journal.pending()
    journal.mark_told(entry.name)
    journal.put_aside(entry)
    journal.put_aside(entry)
    assert journal.aside_untold() == [entry.name]


def test_being_told_of_what_is_brought_in_already_leaves_nothing_behind(journal, folder):
    journal.keep({"body": "one"}, thread=ANA)
    (entry,) = journal.pending()
    DiskJournal(folder, RING).remove(entry)
    journal.mark_told(entry.name)
    assert list(folder.iterdir()) == []


def test_a_half_written_entry_is_none(journal, folder):
    folder.mkdir()
    (folder / "0000-1-2.part").write_bytes(b"half")
    assert journal.is_empty()
    assert journal.pending() == []


def test_a_folder_that_is_none_says_so(journal, folder):
    folder.write_text("a file")
    with structlog.testing.capture_logs() as said, pytest.raises(StoreUnavailable):
        journal.keep({"body": "one"}, thread=ANA)
    assert said == [{"event": "journal.disk-refuses", "error": "EEXIST", "log_level": "error"}]
    with pytest.raises(StoreUnavailable):
        journal.must_take()


def test_a_disk_that_takes_entries_says_so_and_keeps_no_trace_of_the_question(journal, folder):
    journal.must_take()
    assert list(folder.iterdir()) == []


FULL = """
import resource, sys
from pathlib import Path
from checkback.adapters.journal import DiskJournal
from checkback.care.errors import StoreUnavailable
from tests.furnished import RING
journal = DiskJournal(Path(sys.argv[1]), RING)
journal.keep({"body": "kept"}, thread="one")
resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
for ask in (lambda: journal.keep({"body": "x" * 500}, thread="one"), journal.must_take):
    try:
        ask()
    except StoreUnavailable:
        print("refused")
print([entry.fields["body"] for entry in journal.pending()])
"""


def test_on_a_disk_with_no_room_nothing_is_half_kept_and_what_was_there_stays(folder):
    """A limit on the size of files stands for a full disk: a write is refused halfway."""
    command = [sys.executable, "-c", FULL, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": "."})
    said = done.stdout.splitlines()
    assert [line for line in said if line in ("refused", "['kept']")] == ["refused", "refused", "['kept']"]
    assert done.stdout.count("journal.disk-refuses") + done.stderr.count("journal.disk-refuses") == 2
    assert len(list(folder.iterdir())) == 1
