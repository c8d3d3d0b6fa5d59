"""The audit is sealed into a chain, batch by batch, and held against its seals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from checkback.care.flows.due import Tally
from checkback.care.model.sealing import SealBroken
from checkback.care.rules.audit_chain import BEGINNING, Flaw, batches, first_flaw, seal
from checkback.care.runtime import Runtime
from checkback.care.store import Transaction, chain
from checkback.care.terms import ChainFlaw

log = structlog.get_logger()

#: Longer than any unit of work lasts: what is older than this and not there yet never comes.
SETTLED = timedelta(minutes=5)
BATCH, BATCHES_A_ROUND = 500, 20


@dataclass(frozen=True)
class Verified:
    """What came of holding the chain against its seals.

    `from_line` is where the look began; `sealed` counts lines, `waiting` those left too lately to be sealed.
    """

    from_line: int
    sealed: int
    batches: int
    waiting: int
    flaw: Flaw | None


def seal_due(rt: Runtime) -> Tally:
    """Seal whatever has settled, batch by batch."""
    done = 0
    for _ in range(BATCHES_A_ROUND):
        with rt.store.begin("sealing.seal") as tx:
            sealed = _seal_one(tx)
        done += sealed
        if sealed < BATCH:
            break
    return Tally(done=done)


def _seal_one(tx: Transaction) -> int:
    chain.hold(tx)
    lines = chain.settled(tx, tx.now - SETTLED, BATCH)
    if not lines:
        return 0
    made = seal(chain.end(tx).seal, lines, tx.keyring.index_version, partial(chain.sealed_with, tx))
    if made is None:
        raise SealBroken("audit_event.chain_hash: the key in use is not on the ring")
    chain.keep(tx, lines, made)
    # The log is the seal's second home: who cuts the end of the chain off in the database does not reach it there.
    log.info("audit.sealed", line=lines[-1].position, count=len(lines), seal=made.hex()[:34])
    return len(lines)


def verify(rt: Runtime, last: int | None = None) -> Verified:
    """Hold the chain, or about its last so many lines, against its seals, and name the first batch that does not fit.

    What was left in the last minutes is not sealed yet: of those lines only one that claims to be older is found.
    """
    with rt.store.read() as tx:
        ever = chain.count(tx)
        begins = chain.end(tx, max(ever - last, 0)) if last else chain.end(tx, 0)
        done = chain.batches_up_to(tx, begins.position)
        found = first_flaw(
            batches(chain.numbered(tx, begins.position), done + 1),
            partial(chain.sealed_with, tx),
            ends_at=ever,
            begins_at=begins.position + 1,
            before=begins.seal if begins.position else BEGINNING,
        )
        found = found or _at_the_edges(tx, ever)
        return Verified(
            from_line=begins.position + 1,
            sealed=ever,
            batches=chain.batches_up_to(tx, ever),
            waiting=chain.waiting(tx),
            flaw=found,
        )


def _at_the_edges(tx: Transaction, ever: int) -> Flaw | None:
    """What no seal shows: an end cut off, a line before the first, one that came after its batch was sealed."""
    ends = chain.end(tx)
    batch = chain.batches_up_to(tx, ends.position)
    if ends.position < ever:
        return Flaw(batch + 1, ends.position + 1, ever, ChainFlaw.REMOVED)
    if chain.below_one(tx):
        return Flaw(1, 0, 0, ChainFlaw.PUT_IN)
    late = chain.left_before(tx, ends.at)
    if late is not None:
        position = chain.end_after(tx, late)
        return Flaw(chain.batches_up_to(tx, position), position, position, ChainFlaw.PUT_IN)
    return None
