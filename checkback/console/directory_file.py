"""A directory of help from a file: judged and compared first, then brought in, as exactly what was looked at."""

from __future__ import annotations

import hashlib
import re
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

from starlette.responses import Response

from checkback.adapters.hsds.files import Unreadable
from checkback.adapters.hsds.mapped import Mapping
from checkback.adapters.hsds.reader import Directory, read_directory
from checkback.assembly.runtime import PROGRAM
from checkback.care.flows import resources
from checkback.care.flows.resources import TooMuchGone
from checkback.care.program import ProgramError
from checkback.care.runtime import Runtime
from checkback.care.steps.directories import Diff
from checkback.console.desk import Visit
from checkback.console.directory import needs_table
from checkback.console.speaking import gettext as _

#: A page is no place for more; `checkback import resources` takes any.
MOST_BYTES = 24 * 1024 * 1024
LONGEST_NAME = 80
#: So many lines of each sort are listed; the rest is counted.
SHOWN = 20
#: Which column is which in what iCarol exports.
ICAROL = PROGRAM / "resources" / "icarol.yml"
_KINDS = frozenset({".zip", ".json", ".csv"})


class _Looked:
    """What a file says, held against what is kept."""

    def __init__(self, read: Directory, diff: Diff) -> None:
        self.read, self.diff = read, diff


async def show(visit: Visit) -> Response:
    return _page(visit)


async def send(visit: Visit) -> Response:
    """Look at what came; bring it in only where it is what was looked at before, byte by byte."""
    data = await visit.file("file", MOST_BYTES)
    upload = (await visit.request.form()).get("file")
    form = await visit.form()
    name = _plain(str(getattr(upload, "filename", "") or ""))
    directory = form.get("directory", "").strip() or "local"
    kept: dict[str, Any] = {
        "directory": directory[:LONGEST_NAME],
        "skip": form.get("skip") == "yes",
        "icarol": form.get("icarol") == "yes",
    }
    if not data:
        return _page(visit, 422, problem=_("Choose a file."), **kept)
    if PurePosixPath(name).suffix not in _KINDS:
        return _page(visit, 422, problem=_("Choose a .zip, .json or .csv file of HSDS."), **kept)
    digest = hashlib.sha256(data).hexdigest()
    sure = form.get("sure") == "yes"
    may_bring = form.get("do") == "bring" and form.get("looked_at") == digest
    try:
        looked = await visit.run(
            _look, visit.desk.rt, kept["directory"], data, name, is_icarol=kept["icarol"], sure=sure
        )
        if may_bring and (kept["skip"] or not looked.read.refusals):
            await visit.run(_bring, visit.desk.rt, kept["directory"], looked, visit.me.account.login, sure=sure)
            return _page(visit, looked=looked, is_done=True, **kept)
    except TooMuchGone as refused:
        gone = _("%(n)s of %(all)s entries are not in this file. If that is right, say so below.")
        return _page(visit, 409, problem=gone % {"n": refused.gone, "all": refused.kept}, asks_sure=True, **kept)
    except (Unreadable, ProgramError) as refused:
        return _page(visit, 422, problem=str(refused), **kept)
    changed = form.get("do") == "bring" and not may_bring
    problem = _("This is not the file that was looked at. Look at what it changes first.") if changed else ""
    return _page(visit, 409 if changed else 200, looked=looked, digest=digest, problem=problem, sure=sure, **kept)


def _look(rt: Runtime, directory: str, data: bytes, name: str, *, is_icarol: bool, sure: bool) -> _Looked:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        read = read_directory(path, needs_table(), mapping=Mapping.load(ICAROL) if is_icarol else None)
    return _Looked(read, resources.import_directory(rt, directory, read.listings, dry_run=True, sure=sure))


def _plain(name: str) -> str:
    """The name of a file without what leads elsewhere: of a table it says which one it is."""
    return re.sub(r"[^a-z0-9._-]", "_", name.replace("\\", "/").rpartition("/")[2].lower())[-80:]


def _bring(rt: Runtime, directory: str, looked: _Looked, login: str, *, sure: bool) -> None:
    refused = len(looked.read.refusals)
    resources.import_directory(rt, directory, looked.read.listings, refused=refused, sure=sure, by=login)


def _page(visit: Visit, status: int = 200, **values: Any) -> Response:
    defaults: dict[str, Any] = {
        "looked": None,
        "digest": "",
        "problem": "",
        "directory": "local",
        "skip": False,
        "icarol": False,
        "sure": False,
        "asks_sure": False,
        "is_done": False,
    }
    return visit.page("directory_file.html", status, shown=SHOWN, **defaults | values)
