"""A table as spreadsheets save it: in whose letters, with which separator, and in which line each row begins.

UTF-8 with or without a byte order mark, and UTF-16 with one ("Unicode Text" of Excel); commas, semicolons or tabs, and
the line `sep=;` that some put on top; RFC 4180 quotes, any line ends, empty lines and empty columns at the end.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_SEPARATORS = (",", ";", "\t")
_BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
#: A cell with more line feeds than this is no cell: a quotation mark was opened and never closed.
MOST_LINES_IN_A_CELL = 3
NOT_CLOSED = "a quotation mark is opened here and not closed; close it, or write the name without"


class NotATable(Exception):
    """The file as a whole cannot be read as the table that was asked for; the message says how to mend it."""


@dataclass(frozen=True)
class Row:
    """One row: the line of the file it begins in, its cells by their column, and what is wrong with it as a row."""

    line: int
    cells: Mapping[str, str]
    problem: str | None = None


def rows_of(data: bytes, header: Sequence[str]) -> Sequence[Row]:
    """The rows below the header, empty ones left out. Raises NotATable."""
    text = _decoded(data)
    first_line = text.partition("\n")[0].strip().lower()
    skipped = 1 if first_line.startswith("sep=") else 0
    if skipped:
        text = text.partition("\n")[2]
    table = _cut(text, _separator(text, header), skipped)
    columns = _columns(table[0][1] if table else [], header)
    return [row for line, cells in table[1:] if (row := _row(line, cells, columns))]


def as_text(data: bytes) -> str:
    """The whole file as letters. Raises NotATable."""
    return _decoded(data)


def _decoded(data: bytes) -> str:
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise NotATable(f'line {line}: these letters are not UTF-8; save the file as "CSV UTF-8"') from None
    if "\x00" in text:
        raise NotATable('this is no text; save the sheet as "CSV UTF-8"')
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _separator(text: str, header: Sequence[str]) -> str:
    """The one that cuts the first line into the most columns we know."""
    first = text.lstrip("\n").partition("\n")[0]
    known = set(header)
    return max(_SEPARATORS, key=lambda each: len(known & {_folded(cell) for cell in first.split(each)}))


def _cut(text: str, separator: str, line: int) -> list[tuple[int, list[str]]]:
    """The rows with anything in them, each with the line it begins in."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    found: list[tuple[int, list[str]]] = []
    before = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((line + before + 1, cells))
            before = reader.line_num
    except csv.Error:
        raise NotATable(f"line {line + before + 1}: {NOT_CLOSED}") from None
    return found


def _columns(first: Sequence[str], header: Sequence[str]) -> Sequence[str]:
    names = [_folded(cell) for cell in first]
    while names and not names[-1]:
        names.pop()
    missing, unknown = [n for n in header if n not in names], [n for n in names if n not in header]
    if missing or unknown or len(set(names)) < len(names):
        said = [f"missing: {', '.join(missing)}"] if missing else []
        said += [f"not known: {', '.join(name[:40] or '(empty)' for name in unknown)}"] if unknown else []
        said = said or ["a column stands there twice"]
        raise NotATable(f"line 1: {'; '.join(said)}; the first line must read {','.join(header)}")
    return names


def _row(line: int, cells: Sequence[str], columns: Sequence[str]) -> Row | None:
    kept = {name: _tidy(cell) for name, cell in zip(columns, cells, strict=False)}
    if any(cell.strip().count("\n") >= MOST_LINES_IN_A_CELL for cell in cells):
        return Row(line, kept, NOT_CLOSED)
    if any(cell.strip() for cell in cells[len(columns) :]):
        what = f"{len(cells)} cells instead of {len(columns)}; put quotation marks around a text with a separator in it"
        return Row(line, kept, what)
    return Row(line, {name: kept.get(name, "") for name in columns})


def _folded(cell: str) -> str:
    return "_".join(_tidy(cell).strip('"').lower().split())


def _tidy(cell: str) -> str:
    """One line, without the blanks nobody sees; `="3145550101"` and `'3145550101` as they were meant."""
    text = " ".join(cell.replace("\u200b", "").replace("\ufeff", "").split())
    if text.startswith('="') and text.endswith('"'):
        return text[2:-1].strip()
    return text.removeprefix("'") if text[1:2].isdigit() or text[1:2] in ("+", "(") else text
