"""Telling people of an escalation, step by step, until one of them has reached the family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from checkback.care.model import Escalation, EscalationNotice, EscalationStep, Phone, StaffMember
from checkback.care.rules.hours import end_of_working_day, next_working_moment
from checkback.care.steps.finding import (
    Pager,
    Route,
    Told,
    can_be_texted,
    find,
    language_of,
    number_routes,
    routes_to,
    speaks,
)
from checkback.care.steps.outbox import queue_alarm, queue_alert
from checkback.care.steps.summoning import queue_summons
from checkback.care.store import Transaction, escalations, people, tellings
from checkback.care.terms import (
    Danger,
    DistressLevel,
    EscalationState,
    Language,
    NoticeState,
    Urgency,
    Way,
    Whom,
    WhyNobody,
)

__all__ = ["Pager", "can_be_texted", "remind", "tell_at_once", "tell_news", "tell_next"]

#: Says to look before calling. Under duress no other alert is given: the others say CALL.
CAREFUL = "alert.careful"
TRY_EVERYBODY_AGAIN_AFTER = timedelta(minutes=1)
#: Reminders without an outcome after which the next person is told again.
REMINDERS = 2
#: Ways tried within this time belong to one attempt to tell somebody.
_ONE_TELLING = timedelta(minutes=10)

#: How often one person is told at most before the rest is bundled. An alert that comes too often is not read any more;
#: the figures are those of GoAlert, an on-call system (its limits for a contact method).
AT_MOST = ((5, timedelta(minutes=15)), (21, timedelta(hours=3)))
_LANGUAGE_NAMES = {"en": "English", "es": "Spanish"}


def tell_next(tx: Transaction, pager: Pager, escalation: Escalation) -> None:
    """Tell the step whose turn it is and say when the next follows.

    A step that finds nobody is skipped at once, and leaves a notice that says why. With somebody in danger so is one
    whose people have all been told too often, or the last step repeated would fall silent. The last step repeats, and
    behind it comes the first again: an escalation never runs out of people while it has not ended.
    """
    steps, tell_at = escalations.steps_of(tx, escalation), _tell_at(tx, escalation)
    _begin_round_if_last_repeats(tx, escalation, steps)
    for step in (*steps[escalation.position :], *steps[: escalation.position]):
        if step.position < escalation.position and step.position == 0:
            escalation.round += 1
        found = find(tx, pager, escalation, step, tell_at)
        if not found.told:
            _say_nobody(tx, escalation, step, found.why)
        elif _tell(tx, pager, escalation, step, found.told, tell_at, last=len(steps) - 1):
            return
    last = steps[-1]
    escalation.position, escalation.next_at = last.position, tx.now + last.delay
    escalation.round += 1
    tx.record("escalation.nobody-found", escalation)


def remind(tx: Transaction, pager: Pager, escalation: Escalation, staff: StaffMember | None, key: str) -> bool:
    """Tell the one who took it again: a member of staff, or the number that is always answered. False when no way to
    them is left.
    """
    routes = routes_to(tx, pager, staff, _level(escalation)) if staff else number_routes(tx, pager)
    if not routes:
        return False
    whom = Whom.ASSIGNED_CLINICIAN if staff else Whom.ON_CALL_NUMBER
    _notify(tx, pager, escalation, Told(routes[:1], staff), whom, key, at=tx.now, reminder=True)
    return True


def tell_news(tx: Transaction, pager: Pager, escalation: Escalation, key: str) -> None:
    """Something changed for whoever cares for them: the one who took it is told, else everybody told so far.

    Where nobody can be told like that, the next step follows at once.
    """
    if tx.lock(escalation).state is EscalationState.RESOLVED:
        return
    told = _who_cares(tx, pager, escalation)
    key = CAREFUL if escalation.danger is Danger.DURESS else key
    for whom, each in told:
        _notify(tx, pager, escalation, each, whom, key, at=_tell_at(tx, escalation), reminder=True)
    if not told:
        tell_at_once(tx, escalation)
    tx.record("escalation.news", escalation)


def tell_another_way(tx: Transaction, pager: Pager, notice: EscalationNotice) -> None:
    """This notice did not arrive: the same person's next way is used at once, or else the next person is told.

    Not where somebody behind them has been told meanwhile: their time to answer is theirs. Whoever has it and hears
    neither of a reminder nor of news in any way has it no more: it begins again from the top.
    """
    escalation = tx.lock(tx.get(Escalation, notice.escalation_id))
    later = tellings.later_texts(tx, notice)
    for each in later:
        each.due_at = min(each.due_at, tx.now)
    if later or _told_in_another_way(tx, pager, escalation, notice):
        tx.record("notice.another-way", notice)
    elif notice.state is NoticeState.FAILED and _is_takers(escalation, notice):
        escalation.reminders, escalation.next_at = REMINDERS, tx.now
        tx.record("escalation.taker-unreached", escalation)
    elif not _somebody_behind_was_told(tx, escalation, notice):
        tell_at_once(tx, escalation)


def _is_takers(escalation: Escalation, notice: EscalationNotice) -> bool:
    has_it = escalation.state is EscalationState.ACKNOWLEDGED
    return has_it and notice.reminder and notice.staff_id == escalation.acknowledged_by


def _told_in_another_way(tx: Transaction, pager: Pager, escalation: Escalation, notice: EscalationNotice) -> bool:
    """A reminder goes by one way; this uses the next that nobody has tried since they were told last."""
    staff = tx.get(StaffMember, notice.staff_id) if notice.staff_id else None
    if not notice.reminder or staff is None or escalation.state is EscalationState.RESOLVED:
        return False
    tried = {
        each.way
        for each in escalations.notices_of(tx, escalation)
        if each.reminder and each.staff_id == staff.id and each.told_at >= notice.told_at - _ONE_TELLING
    }
    left = [route for route in routes_to(tx, pager, staff, _level(escalation)) if route.way not in tried]
    if not left:
        return False
    told = Told([replace(left[0], after=timedelta(0))], staff)
    _notify(tx, pager, escalation, told, notice.whom, "alert.reminder", at=tx.now, reminder=True)
    return True


def _somebody_behind_was_told(tx: Transaction, escalation: Escalation, notice: EscalationNotice) -> bool:
    if notice.step is None:
        return False
    return any(
        each.step is not None
        and not each.reminder
        and each.state in (NoticeState.TOLD, NoticeState.BUNDLED)
        and (each.round, each.step) > (notice.round, notice.step)
        for each in escalations.notices_of(tx, escalation)
    )


def tell_at_once(tx: Transaction, escalation: Escalation) -> None:
    """Whoever was told cannot be reached: let the next step follow at once.

    Once everybody has been tried, a minute apart: a carrier that is down must not be answered with a flood of rows.
    """
    if tx.lock(escalation).state is EscalationState.OPEN:
        tried = [notice for notice in escalations.notices_of(tx, escalation) if not notice.reminder]
        everybody = len(tried) > len(escalations.steps_of(tx, escalation))
        escalation.next_at = tx.now + (TRY_EVERYBODY_AGAIN_AFTER if everybody else timedelta(0))


def alert_slots(pager: Pager, escalation: Escalation, note: str = "") -> dict[str, str]:
    """What an alert is made of: a reference and a level, a link that asks to sign in, and nothing about anybody."""
    return {
        "reference": escalation.reference,
        "number": str(escalation.number),
        "level": _level(escalation),
        "url": f"{pager.console_url}/escalations/{escalation.number}",
        "note": note,
    }


def _tell(
    tx: Transaction,
    pager: Pager,
    escalation: Escalation,
    step: EscalationStep,
    found: Sequence[Told],
    tell_at: datetime,
    last: int,
) -> bool:
    heard = [_notify(tx, pager, escalation, told, step.whom, _key(escalation), at=tell_at, step=step) for told in found]
    if escalation.level is DistressLevel.ACUTE and not any(heard):
        return False
    escalation.position = min(step.position + 1, last)
    escalation.next_at = _next_at(tx, escalation, step, tell_at)
    tx.record("escalation.told", escalation)
    return True


def _notify(  # noqa: PLR0913 - one attempt with all that is kept of it
    tx: Transaction,
    pager: Pager,
    escalation: Escalation,
    told: Told,
    whom: Whom,
    key: str,
    *,
    at: datetime,
    step: EscalationStep | None = None,
    reminder: bool = False,
) -> bool:
    """Whether they hear of it now; else it is bundled with others."""
    too_many = _too_many_until(tx, escalation, told)
    for route in told.routes:
        notice = tx.add(
            EscalationNotice(
                escalation_id=escalation.id,
                told_at=at + route.after,
                whom=whom,
                staff_id=told.staff.id if told.staff else None,
                phone_id=route.phone.id if route.phone else None,
                reminder=reminder,
                way=route.way,
                round=escalation.round,
                step=step.position if step else None,
                state=NoticeState.TOLD if too_many is None else NoticeState.BUNDLED,
            )
        )
        tx.session.flush()
        if too_many is None:
            _queue(tx, pager, escalation, told.staff, route, key, notice, at + route.after)
    if too_many is not None:
        _bundle(tx, pager, told, too_many)
    return too_many is None


def _queue(
    tx: Transaction,
    pager: Pager,
    escalation: Escalation,
    staff: StaffMember | None,
    route: Route,
    key: str,
    notice: EscalationNotice,
    due_at: datetime,
) -> None:
    slots = alert_slots(pager, escalation, _gap(tx, escalation, staff))
    if route.way is Way.SMS and route.phone is not None:
        words = pager.wording.staff(key, **slots)
        queue_alert(tx, route.phone, words, notice, due_at=due_at, urgency=escalation.urgency)
        return
    words = pager.wording.staff(_said(route.way, key), **slots)
    queue_summons(
        tx, route.way, words, f"notice:{notice.id}", staff=staff, phone=route.phone, due_at=due_at, notice=notice
    )


def _said(way: Way, key: str) -> str:
    """What a call or an e-mail says where a text would say this."""
    voice = "call" if way is Way.VOICE else "mail"
    if key in ("alert.reminder", "alert.shift_over"):
        return f"{voice}.reminder"
    return f"{voice}.news" if key in ("alert.worse", "alert.not_reached") else f"{voice}.alert"


def _gap(tx: Transaction, escalation: Escalation, staff: StaffMember | None) -> str:
    """What whoever is told lacks: the language of the family. What whoever answers a number speaks, nobody knows."""
    language = language_of(tx, escalation)
    if language is None or (speaks(staff, language) if staff else language is Language.ENGLISH):
        return ""
    return f"Needs {_LANGUAGE_NAMES[language]}. "


def _too_many_until(tx: Transaction, escalation: Escalation, told: Told) -> datetime | None:
    """When this person may be told again, where they were told too often; None where they may be told now.

    The first they hear of somebody in danger is never held back, nor what comes anew when it got worse.
    """
    if escalation.level is DistressLevel.ACUTE and not _has_heard(tx, escalation, told):
        return None
    staff_id = told.staff.id if told.staff else None
    phone = next((route.phone for route in told.routes if route.phone), None)
    for most, span in AT_MOST:
        times = tellings.told_since(tx, staff_id, phone.id if phone else None, tx.now - span)
        if len(times) >= most:
            return times[-most] + span
    return None


def _has_heard(tx: Transaction, escalation: Escalation, told: Told) -> bool:
    staff_id, since = told.staff.id if told.staff else None, escalation.risen_at or escalation.opened_at
    return any(
        notice.staff_id == staff_id and notice.told_at >= since and notice.state is NoticeState.TOLD
        for notice in escalations.notices_of(tx, escalation)
        if notice.staff_id is not None or notice.phone_id is not None
    )


def _bundle(tx: Transaction, pager: Pager, told: Told, at: datetime) -> None:
    """One text for all that was held back, as soon as there is room; a call or an e-mail to whom no text goes."""
    route = next((each for each in told.routes if each.way is Way.SMS), told.routes[0])
    body, to = pager.wording.staff("bundle", url=f"{pager.console_url}/"), route.phone or told.staff
    key = f"bundle:{to.id if to else None}:{at:%Y-%m-%dT%H:%M:%S}"
    if route.way is Way.SMS and route.phone is not None:
        queue_alarm(tx, route.phone, body, key, due_at=at)
    else:
        said = pager.wording.staff("call.bundle") if route.way is Way.VOICE else body
        queue_summons(tx, route.way, said, key, staff=told.staff, phone=route.phone, due_at=at)


def _say_nobody(tx: Transaction, escalation: Escalation, step: EscalationStep, why: WhyNobody | None) -> None:
    tx.add(
        EscalationNotice(
            escalation_id=escalation.id,
            told_at=tx.now,
            whom=step.whom,
            state=NoticeState.NOBODY,
            round=escalation.round,
            step=step.position,
            why=why,
        )
    )


def _begin_round_if_last_repeats(tx: Transaction, escalation: Escalation, steps: Sequence[EscalationStep]) -> None:
    last = steps[-1].position
    if escalation.position == last and any(
        notice.step == last and notice.round == escalation.round and notice.state is not NoticeState.NOBODY
        for notice in escalations.notices_of(tx, escalation)
    ):
        escalation.round += 1


def _who_cares(tx: Transaction, pager: Pager, escalation: Escalation) -> Sequence[tuple[Whom, Told]]:
    if escalation.state is EscalationState.ACKNOWLEDGED:
        taker = tx.get(StaffMember, escalation.acknowledged_by) if escalation.acknowledged_by else None
        routes = routes_to(tx, pager, taker, _level(escalation)) if taker else number_routes(tx, pager)
        whom = Whom.ASSIGNED_CLINICIAN if taker else Whom.ON_CALL_NUMBER
        return [(whom, Told(routes[:1], taker))] if routes else []
    found: dict[object, tuple[Whom, Told]] = {}
    for notice in escalations.told_and_working(tx, escalation):
        staff = tx.get(StaffMember, notice.staff_id) if notice.staff_id else None
        routes = routes_to(tx, pager, staff, _level(escalation)) if staff else _as_told(tx, notice)
        if routes and (staff is not None or notice.phone_id is not None):
            found[notice.staff_id or notice.phone_id] = (notice.whom, Told(routes[:1], staff))
    return list(found.values())


def _as_told(tx: Transaction, notice: EscalationNotice) -> Sequence[Route]:
    phone = tx.get(Phone, notice.phone_id) if notice.phone_id else None
    return [Route(Way.SMS, phone)] if phone and can_be_texted(tx, phone) else []


def _level(escalation: Escalation) -> str:
    return str(escalation.urgency or escalation.level)


def _key(escalation: Escalation) -> str:
    if escalation.danger is Danger.DURESS:
        return CAREFUL
    if escalation.texts_blocked:
        return "alert.blocked"
    if escalation.position > 0:
        return "alert.handed_on"
    if escalation.level is DistressLevel.ACUTE:
        return "alert.emergent" if escalation.urgency is Urgency.EMERGENT else "alert.urgent"
    return "alert.high"


def _tell_at(tx: Transaction, escalation: Escalation) -> datetime:
    # Acute is told at any hour; high is one notice in working hours.
    if not escalation.only_in_hours:
        return tx.now
    return next_working_moment(tx.now, people.the_programme(tx).zone)


def _next_at(tx: Transaction, escalation: Escalation, step: EscalationStep, tell_at: datetime) -> datetime:
    if not escalation.only_in_hours:
        return tell_at + step.delay
    return max(tell_at + step.delay, end_of_working_day(tell_at, people.the_programme(tx).zone))
