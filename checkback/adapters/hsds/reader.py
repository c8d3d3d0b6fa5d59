"""From the tables of a directory to listings: what belongs together put together, its traps taken out on the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from checkback.adapters.hsds.documents import read_documents
from checkback.adapters.hsds.files import Unreadable, files_in
from checkback.adapters.hsds.mapped import Mapping, read_mapped
from checkback.adapters.hsds.rows import Joined, joined
from checkback.adapters.hsds.services import listing
from checkback.adapters.hsds.tables import Tables, read_tables
from checkback.care.program import NeedsTable
from checkback.care.rules.listings import Listing, Remark


@dataclass(frozen=True)
class Directory:
    """A directory as it was read: its services, and every remark on its rows."""

    listings: Sequence[Listing]
    remarks: Sequence[Remark]

    @property
    def refusals(self) -> Sequence[Remark]:
        return [each for each in self.remarks if each.is_refusal]


def read_directory(
    path: Path, needs: NeedsTable, *, mapping: Mapping | None = None, encoding: str | None = None
) -> Directory:
    """Read a directory of help: a folder, an archive or a file, of HSDS 1.x, 2.x or 3.x, tables or JSON.

    Raises:
        Unreadable: it cannot be read at all.
    """
    files = list(files_in(path, encoding))
    tables = Tables()
    if mapping is not None:
        read_mapped(files, mapping, tables)
    else:
        read_tables(files, tables)
        read_documents(files, tables)
    services = list(tables.of("service"))
    if not services and not tables.remarks:
        raise Unreadable(f"{path.name}: there is no service in it; HSDS keeps them in services.csv or as JSON")
    return Directory(*_listings(joined(tables), needs, tables.remarks))


def _listings(all_: Joined, needs: NeedsTable, remarks: Iterable[Remark]) -> tuple[list[Listing], list[Remark]]:
    found: dict[str, Listing] = {}
    said = list(remarks)
    for service in all_.services:
        read, about = listing(service, all_, needs)
        said.extend(about)
        if read is None:
            continue
        if read.id in found and found[read.id] != read:
            mend = f"'{read.id}' is there twice, and not the same; give one of them another id"
            said.append(service.remark("id", mend, refused=True))
        found.setdefault(read.id, read)
    return list(found.values()), said
