"""Bringing a directory of help up to date: what is new, what changed, what is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checkback.care.model import DirectoryImport
from checkback.care.rules.listings import Listing
from checkback.care.store import Transaction, resources
from checkback.care.store.resources import Kept


@dataclass(frozen=True)
class Diff:
    """What an import would change, or changed."""

    new: Sequence[Listing]
    changed: Sequence[tuple[Kept, Listing]]
    gone: Sequence[Kept]
    unchanged: int

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.changed or self.gone)


def compare(tx: Transaction, directory: str, listings: Sequence[Listing]) -> Diff:
    """Hold a directory as it was read against what is kept of it. Its own ids say what is the same."""
    kept = resources.kept_in(tx, directory)
    read = {listing.id: listing for listing in listings}
    same = {id_ for id_, listing in read.items() if id_ in kept and kept[id_].digest == listing.digest}
    return Diff(
        new=[listing for id_, listing in read.items() if id_ not in kept],
        changed=[(kept[id_], read[id_]) for id_ in read if id_ in kept and id_ not in same],
        gone=[k for id_, k in kept.items() if id_ not in read and k.status == resources.ACTIVE],
        unchanged=len(same),
    )


def apply(tx: Transaction, directory: str, diff: Diff, *, refused: int = 0, actor: str = "system") -> DirectoryImport:
    """Keep what changed; what is gone becomes inactive."""
    resources.add(tx, directory, diff.new)
    resources.change(tx, diff.changed)
    resources.take_out(tx, [kept.id for kept in diff.gone])
    imported = tx.add(
        DirectoryImport(
            directory=directory,
            imported_at=tx.now,
            added=len(diff.new),
            changed=len(diff.changed),
            gone=len(diff.gone),
            unchanged=diff.unchanged,
            refused=refused,
        )
    )
    tx.session.flush()
    tx.record("directory.imported", imported, actor)
    return imported


def add_to_directory(tx: Transaction, directory: str, listings: Sequence[Listing]) -> DirectoryImport:
    """Keep new entries; nothing else of the directory is touched."""
    return apply(tx, directory, Diff(listings, (), (), 0))
