"""Brings every sentence of the console's pages into the catalogs; what is new stands there untranslated until a person
has written it.

    python -m scripts.catalogs            rewrite the catalogs
    python -m scripts.catalogs --check    say what is missing, and end with 1
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from checkback.care import errors

CONSOLE = Path(__file__).parent.parent / "checkback" / "console"
CATALOGS = CONSOLE / "catalogs"
#: What flows refuse, they say in sentences that the pages can say in another language.
CARE = CONSOLE.parent / "care"
_BARE = re.compile(r"raise (\w+)(?:\(\))?(?: from \w+)?$", re.MULTILINE)
_REFUSALS: Mapping[str, None] = {"said": None}
_WAYS: Sequence[tuple[str, str]] = (("templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python"))
_MARKS: Mapping[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "later": None,
}
_OPTIONS = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true"}}


def written() -> Catalog:
    """Every sentence that stands in the code and the templates."""
    catalog = Catalog(project="Checkback", charset="utf-8", fuzzy=False)
    found = extract_from_dir(CONSOLE, list(_WAYS), options_map=_OPTIONS, keywords=dict(_MARKS), strip_comment_tags=True)
    refused = extract_from_dir(CARE, [("**.py", "python")], keywords=dict(_REFUSALS), strip_comment_tags=True)
    for path, _line, sentence, _comments, context in (*found, *refused):
        # The file and no line: a catalog must not change with every edit elsewhere.
        catalog.add(sentence, locations=[(path, 0)], context=context)
    for refusal in raised_bare():
        catalog.add((refusal.__doc__ or "").strip(), locations=[("errors.py", 0)])
    return catalog


def raised_bare() -> Sequence[type[errors.Refusal]]:
    """The refusals that are raised without a word: then their docstring is the message."""
    names = {name for path in CARE.rglob("*.py") for name in _BARE.findall(path.read_text("utf-8"))}
    found = [getattr(errors, name, None) for name in sorted(names)]
    return [each for each in found if isinstance(each, type) and issubclass(each, errors.Refusal)]


def lacking(path: Path) -> Sequence[str]:
    """The sentences that this catalog does not say, and those it says of nothing."""
    kept, wanted = _read(path), written()
    untold = [_one(each.id) for each in wanted if each.id and not _is_told(kept, each.id)]
    idle = [f"{_one(each.id)} (nobody says it any more)" for each in kept if each.id and each.id not in wanted]
    return sorted([*untold, *idle])


def main(arguments: Sequence[str]) -> int:
    missing = 0
    for path in sorted(CATALOGS.glob("*.po")):
        if "--check" not in arguments:
            path.write_bytes(_renewed(path))
        for sentence in lacking(path):
            missing += 1
            print(f"{path.name}: {sentence}")
    return 1 if missing and "--check" in arguments else 0


def _renewed(path: Path) -> bytes:
    kept = _read(path)
    kept.update(written(), no_fuzzy_matching=True)
    kept.obsolete.clear()
    out = BytesIO()
    write_po(out, kept, width=120, sort_output=True, omit_header=True, include_lineno=False)
    return out.getvalue()


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.stem)


def _is_told(kept: Catalog, sentence: str | Sequence[str]) -> bool:
    found = kept.get(_one(sentence))
    if found is None or found.fuzzy:
        return False
    return all(found.string) if isinstance(found.string, (list, tuple)) else bool(found.string)


def _one(sentence: str | Sequence[str]) -> str:
    return sentence if isinstance(sentence, str) else sentence[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
