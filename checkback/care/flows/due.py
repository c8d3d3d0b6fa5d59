"""Working through what is due, one unit of work each, so that one poisoned row stops nothing else and is counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from checkback.care.errors import ClaimLost, StoreUnavailable
from checkback.care.runtime import Runtime
from checkback.care.store import Transaction

log = structlog.get_logger()

#: How long a row that failed is left alone before it is tried again.
SET_ASIDE = timedelta(minutes=5)


@dataclass(frozen=True)
class Tally:
    """How much was done, and how much failed and was set aside."""

    done: int = 0
    failed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.done + other.done, self.failed + other.failed)


def each(
    rt: Runtime,
    what: str,
    ids: Sequence[UUID],
    work: Callable[[UUID], object],
    set_aside: Callable[[Transaction, UUID], None],
) -> Tally:
    """Do `work` for each id.

    A row whose work raises is set aside in a unit of work of its own and counted. Only a database that is gone ends the
    loop: nothing after it could be kept either.
    """
    failed = 0
    for row_id in ids:
        try:
            work(row_id)
        except StoreUnavailable:
            raise
        except ClaimLost:
            log.info("due.claim-lost", what=what, id=str(row_id))
        except Exception as error:  # the loop answers for whatever one row throws
            failed += 1
            log.error("due.failed", what=what, id=str(row_id), error=type(error).__name__)
            _set_aside(rt, what, row_id, set_aside)
    return Tally(done=len(ids) - failed, failed=failed)


def _set_aside(rt: Runtime, what: str, row_id: UUID, set_aside: Callable[[Transaction, UUID], None]) -> None:
    try:
        with rt.store.begin(f"{what}.set-aside") as tx:
            set_aside(tx, row_id)
    except StoreUnavailable:
        raise
    except Exception as error:  # it stays due, and is counted again at the next look
        log.error("due.not-set-aside", what=what, id=str(row_id), error=type(error).__name__)
