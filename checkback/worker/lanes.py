"""The two lanes: alerts look every 250 ms, families every 500 ms."""

from __future__ import annotations

from functools import partial

from checkback.assembly.loops import Loop
from checkback.care.flows import auditing, conversation, heartbeat, outbound, summoning, taking_in, watching, wordings
from checkback.care.flows.due import Tally
from checkback.care.runtime import Runtime
from checkback.care.terms import Lane, Way

ALERTS_LOOK_EVERY = 0.25
FAMILIES_LOOK_EVERY = 0.5
BEATS_EVERY = 15.0
AUDITS_EVERY = 300.0
#: How soon a sentence that was approved elsewhere is said here.
LEARNS_EVERY = 5.0
#: Threads of each kind. Alerts have two, so that one hanging call does not hold up the next alert. More threads want
#: more connections, and two of each process share the hundred that PostgreSQL has by default.
ALERT_SENDERS, FAMILY_SENDERS, ANSWERERS = 2, 2, 2


def lanes(rt: Runtime) -> list[Loop]:
    """Every loop of one worker process. A second process beside it does nothing twice: rows are claimed."""
    alerts = [
        Loop(f"alerts-{n}", partial(outbound.deliver_due, rt, Lane.ALERTS, 1), ALERTS_LOOK_EVERY)
        for n in range(ALERT_SENDERS)
    ]
    families = [
        Loop(
            f"families-{n}",
            partial(outbound.deliver_due, rt, Lane.FAMILIES, 5, outbound.Share(n, FAMILY_SENDERS)),
            FAMILIES_LOOK_EVERY,
        )
        for n in range(FAMILY_SENDERS)
    ]
    answers = [
        Loop(f"answers-{n}", partial(conversation.answer_text, rt), FAMILIES_LOOK_EVERY) for n in range(ANSWERERS)
    ]
    gather = Loop("gather", partial(conversation.gather_turns, rt), FAMILIES_LOOK_EVERY)
    journal = Loop("journal", partial(taking_in.tell_of_journal, rt), FAMILIES_LOOK_EVERY)
    # The scheduler does it too; but when that stands still, somebody else must notice.
    audit = Loop("audit-promises", partial(auditing.audit_promises, rt), AUDITS_EVERY)
    alive = Loop("heartbeat", partial(heartbeat.beat, rt, "worker"), BEATS_EVERY)
    # The scheduler watches too; but when that stands still, nobody else would see that escalations do.
    watch = Loop("watch-escalations", partial(_watch, rt), AUDITS_EVERY)
    # Apart: a mail server that hangs holds no call back, and neither holds a text.
    summons = [
        Loop(name, partial(summoning.make_due, rt, 1, way), ALERTS_LOOK_EVERY)
        for name, way in (("calls", Way.VOICE), ("e-mails", Way.EMAIL))
    ]
    learning = Loop("wording", partial(wordings.refresh, rt), LEARNS_EVERY)
    return [learning, *summons, watch, *alerts, *families, *answers, gather, journal, audit, alive]


def _watch(rt: Runtime) -> Tally:
    """What stands still is counted where failures are."""
    return Tally() if watching.watch(rt) else Tally(failed=1)
