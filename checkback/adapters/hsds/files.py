"""A folder or an archive, opened with care: nothing outside of it, nothing larger than it says, nothing half read."""

from __future__ import annotations

import codecs
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from checkback.care.errors import CareError

#: A directory of a whole state has some 50 MB; a file of ours never more in memory than this.
MOST_BYTES = 256 * 1024 * 1024
MOST_FILES = 500
#: Text is packed to a tenth, perhaps to a thirtieth; what is packed tighter was made to burst.
TIGHTEST = 120
#: Below this size, how tight it is packed does no harm.
_HARMLESS = 1024 * 1024
_READ_AT_ONCE = 1024 * 1024
KINDS = (".csv", ".json", ".jsonl", ".ndjson", ".tsv")


class Unreadable(CareError):
    """A directory of help cannot be read at all; says which file and the mend."""


@dataclass(frozen=True)
class File:
    """One file of a directory: its path within, and its text."""

    name: str
    text: str

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem.lower()


def files_in(path: Path, encoding: str | None = None) -> Iterator[File]:
    """The tables and documents of a folder, an archive, or one file alone, by name.

    Args:
        encoding: what they are written in when it is not UTF-8; a byte order mark is believed before it.

    Raises:
        Unreadable: it is not there, not an archive, too large, reaches outside of itself, or is not text.
    """
    if not path.exists():
        raise Unreadable(f"{path.name}: it is not there; give a folder, a .zip, or a .csv or .json file")
    if path.is_dir():
        yield from _in_folder(path, encoding)
    elif zipfile.is_zipfile(path):
        yield from _in_archive(path, encoding)
    elif path.suffix.lower() in KINDS:
        yield File(path.name, _text(path.name, _within_limits(path), encoding))
    else:
        raise Unreadable(f"{path.name}: neither a folder, a .zip, a .csv nor a .json file")


def _in_folder(folder: Path, encoding: str | None) -> Iterator[File]:
    root = folder.resolve()
    found = sorted(each for each in folder.rglob("*") if each.suffix.lower() in KINDS and each.is_file())
    _refuse_too_many(folder.name, len(found))
    left = MOST_BYTES
    for each in found:
        if not each.resolve().is_relative_to(root):
            raise Unreadable(f"{each.name}: it leads out of the folder; put the file itself there")
        left -= each.stat().st_size
        if left < 0:
            raise Unreadable(f"{folder.name}: more than {MOST_BYTES // 2**20} MB; give a part of it at a time")
        name = each.relative_to(folder).as_posix()
        yield File(name, _text(name, each.read_bytes(), encoding))


def _in_archive(path: Path, encoding: str | None) -> Iterator[File]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
            _refuse_too_many(path.name, len(members))
            for member in members:
                _refuse_outside(member)
            left = MOST_BYTES
            for member in sorted(members, key=lambda each: each.filename):
                if PurePosixPath(member.filename).suffix.lower() not in KINDS or "__MACOSX" in member.filename:
                    continue
                raw = _unpacked(archive, member, left)
                left -= len(raw)
                yield File(member.filename, _text(member.filename, raw, encoding))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Unreadable(f"{path.name}: the archive is broken or locked; pack it anew") from error


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, room: int) -> bytes:
    """The member's bytes. What the archive says of its size is not believed: it is counted."""
    most = min(room, max(_HARMLESS, member.compress_size * TIGHTEST))
    raw = bytearray()
    with archive.open(member) as packed:
        while some := packed.read(_READ_AT_ONCE):
            raw += some
            if len(raw) > most:
                raise Unreadable(f"{member.filename}: it bursts when it is unpacked; pack the plain file anew")
    return bytes(raw)


def _refuse_outside(member: zipfile.ZipInfo) -> None:
    name = PurePosixPath(member.filename.replace("\\", "/"))
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    if name.is_absolute() or ".." in name.parts or ":" in name.parts[0] or is_link:
        raise Unreadable(f"{member.filename}: it leads out of the archive; pack plain files only")


def _refuse_too_many(name: str, count: int) -> None:
    if count > MOST_FILES:
        raise Unreadable(f"{name}: more than {MOST_FILES} files; give the folder of one directory")


def _within_limits(path: Path) -> bytes:
    if path.stat().st_size > MOST_BYTES:
        raise Unreadable(f"{path.name}: more than {MOST_BYTES // 2**20} MB; give a part of it at a time")
    return path.read_bytes()


_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def _text(name: str, raw: bytes, encoding: str | None) -> str:
    written_in = next((each for mark, each in _MARKS if raw.startswith(mark)), encoding or "utf-8")
    try:
        return raw.decode(written_in)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        mend = "save it as UTF-8, or say what it is with --encoding cp1252"
        raise Unreadable(f"{name}: line {line}: it is not {written_in.upper()}; {mend}") from error
    except LookupError as error:
        raise Unreadable(f"{name}: no such encoding as {written_in}") from error
