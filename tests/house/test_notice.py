"""Files of others are named in NOTICE with their licence and the hash of the very bytes we serve."""

from __future__ import annotations

import hashlib
import re

from tests.house import tree

ENTRY = re.compile(
    r"^(?P<file>\S+)\n(?:    .*\n)*?    Licence: (?P<licence>.+)\n    SHA-256: (?P<hash>[0-9a-f]{64})$", re.MULTILINE
)
VENDORED = (".min.js", ".min.css", ".woff", ".woff2", ".ttf")


def entries() -> dict[str, str]:
    notice = (tree.ROOT / "NOTICE").read_text(encoding="utf-8")
    return {found["file"]: found["hash"] for found in ENTRY.finditer(notice)}


def test_every_file_of_others_is_in_the_notice():
    assert {tree.short(path) for path in tree.named(*VENDORED)} == set(entries())


def test_each_is_byte_for_byte_what_the_notice_says():
    kept = {file: hashlib.sha256((tree.ROOT / file).read_bytes()).hexdigest() for file in entries()}
    assert kept == entries()


def test_the_licence_is_whole():
    licence = (tree.ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
