"""Whom a step of an escalation finds: people with a proven way to tell them, or why there is nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from checkback.care.model import Contact, Escalation, EscalationStep, Phone, StaffMember
from checkback.care.model.sealing import SealBroken
from checkback.care.program.reporting import Hotlines
from checkback.care.rules.hours import next_working_moment
from checkback.care.store import Transaction, duties, escalations, people, reviews, rotas, tellings
from checkback.care.terms import (
    DistressLevel,
    NoticeState,
    PhoneTrouble,
    Sender,
    StepHours,
    Way,
    Whom,
    WhyNobody,
)
from checkback.care.wording import Wording

log = structlog.get_logger()


@dataclass(frozen=True)
class Pager:
    """What telling somebody takes: the sentences, where the link leads, the number for when nobody is found, and the
    ways this house has.
    """

    wording: Wording
    console_url: str
    on_call_number: str | None
    ways: frozenset[Way] = frozenset({Way.SMS})
    calls_on_call_number: bool = False
    hotlines: Hotlines | None = None


@dataclass(frozen=True)
class Route:
    """One way to one person, and how long to wait before it is used."""

    way: Way
    phone: Phone | None = None
    after: timedelta = timedelta(0)


@dataclass(frozen=True)
class Told:
    """Somebody a step tells: a member of staff, or only a number, by these ways."""

    routes: Sequence[Route]
    staff: StaffMember | None = None


@dataclass(frozen=True)
class Found:
    """Whom a step tells; with nobody, why."""

    told: Sequence[Told] = ()
    why: WhyNobody | None = None


def find(tx: Transaction, pager: Pager, escalation: Escalation, step: EscalationStep, moment: datetime) -> Found:
    """Whom this step tells at this moment. Where a person's row cannot be read there is nobody: the next step must not
    wait for it.
    """
    try:
        return _find(tx, pager, escalation, step, moment)
    except SealBroken as error:
        log.error("escalation.staff-unreadable", id=str(escalation.id), whom=step.whom, error=str(error))
        return Found(why=WhyNobody.UNREADABLE)


def routes_to(tx: Transaction, pager: Pager, staff: StaffMember, level: str) -> Sequence[Route]:
    """The proven ways to this person for a level, the first first; none when no alert would arrive."""
    return _routes(tx, pager, staff, level)[0]


def number_routes(tx: Transaction, pager: Pager) -> Sequence[Route]:
    """The ways to the number that is always answered."""
    if pager.on_call_number is None:
        return []
    phone = people.phone_or_new(tx, pager.on_call_number)
    found = [Route(Way.SMS, phone)] if can_be_texted(tx, phone) else []
    if pager.calls_on_call_number and Way.VOICE in pager.ways and phone.trouble is not PhoneTrouble.UNKNOWN:
        found.append(Route(Way.VOICE, phone))
    return found


def can_be_texted(tx: Transaction, phone: Phone) -> bool:
    """Whether an alert can arrive on this phone: it has not opted out of them, and the carrier knows no obstacle."""
    return phone.trouble is None and people.opt_out_of(tx, phone.id, Sender.ALERT) is None


def language_of(tx: Transaction, escalation: Escalation) -> str | None:
    """What the person speaks whom somebody must reach; None where nobody knows, or their row cannot be read."""
    try:
        return tx.get(Contact, escalation.contact_id).language if escalation.contact_id else None
    except SealBroken as error:
        log.error("escalation.contact-unreadable", id=str(escalation.id), error=str(error))
        return None


def speaks(staff: StaffMember, language: str | None) -> bool:
    return language is None or language in staff.languages.split()


def _find(tx: Transaction, pager: Pager, escalation: Escalation, step: EscalationStep, moment: datetime) -> Found:
    if not _is_in_its_hours(tx, step, moment):
        return Found(why=WhyNobody.OUTSIDE_HOURS)
    if step.whom is Whom.ON_CALL_NUMBER:
        return _number(tx, pager, escalation, step)
    members, why = _members(tx, escalation, step, moment)
    found = _who_can_be_told(tx, pager, escalation, step, members, why)
    if step.whom is Whom.CLINICAL_LEAD and not found.told:
        return _number(tx, pager, escalation, step)  # also on trial nobody is left without anybody
    if step.whom is Whom.ASSIGNED_CLINICIAN or escalation.round > 1:
        return found
    return replace(found, told=_speakers_first(tx, escalation, found.told))


def _number(tx: Transaction, pager: Pager, escalation: Escalation, step: EscalationStep) -> Found:
    routes = number_routes(tx, pager)
    if not routes:
        return Found(why=WhyNobody.BLOCKED if pager.on_call_number else WhyNobody.NO_WAY)
    told = Told(routes)
    return Found(why=WhyNobody.TOLD_ALREADY) if _is_told_already(tx, escalation, told) else Found([told])


def _who_can_be_told(
    tx: Transaction,
    pager: Pager,
    escalation: Escalation,
    step: EscalationStep,
    members: Sequence[StaffMember],
    why: WhyNobody,
) -> Found:
    told: list[Told] = []
    reasons = [] if members else [why]
    level = str(escalation.urgency or escalation.level)
    for member in members:
        routes, trouble = _routes(tx, pager, member, level)
        someone = Told(routes, member)
        if trouble is not None:
            reasons.append(trouble)
        elif _is_told_already(tx, escalation, someone):
            reasons.append(WhyNobody.TOLD_ALREADY)
        else:
            told.append(someone)
    return Found(told, None if told else min(reasons, key=list(WhyNobody).index))


def _is_in_its_hours(tx: Transaction, step: EscalationStep, moment: datetime) -> bool:
    if step.hours is StepHours.ANY:
        return True
    is_working = next_working_moment(moment, people.the_programme(tx).zone) == moment
    return is_working == (step.hours is StepHours.WORKING)


def _is_told_already(tx: Transaction, escalation: Escalation, someone: Told) -> bool:
    """Whether this person was told in this round already: the step gives nobody more time by telling them again."""
    return any(
        notice.round == escalation.round
        and not notice.reminder
        and notice.state in (NoticeState.TOLD, NoticeState.BUNDLED)
        and (
            notice.staff_id == someone.staff.id
            if someone.staff
            else notice.staff_id is None and notice.phone_id is not None
        )
        for notice in escalations.notices_of(tx, escalation)
    )


def _speakers_first(tx: Transaction, escalation: Escalation, told: Sequence[Told]) -> Sequence[Told]:
    """Those who speak the family's language, where there are any; in later rounds everybody is told."""
    language = language_of(tx, escalation)
    speakers = [each for each in told if each.staff and speaks(each.staff, language)]
    return speakers or told


def _routes(tx: Transaction, pager: Pager, staff: StaffMember, level: str) -> tuple[Sequence[Route], WhyNobody | None]:
    ways = tellings.ways_of(tx, staff)
    if not ways:
        return [], WhyNobody.NOT_VERIFIED if staff.phone_id else WhyNobody.NO_WAY
    proven = [way for way in ways if way.verified_at is not None]
    if not proven:
        return [], WhyNobody.NOT_VERIFIED
    for_this = [way for way in proven if way.way in pager.ways and level in way.levels.split()]
    if not for_this:
        return [], WhyNobody.NO_WAY
    found = []
    for way in for_this:
        phone_id = way.phone_id or staff.phone_id
        phone = tx.get(Phone, phone_id) if phone_id and way.way is not Way.EMAIL else None
        if _arrives(tx, way.way, phone, staff):
            found.append(Route(way.way, phone, timedelta(seconds=way.after_seconds)))
    return found, None if found else WhyNobody.BLOCKED


def _arrives(tx: Transaction, way: Way, phone: Phone | None, staff: StaffMember) -> bool:
    if way is Way.EMAIL:
        return bool(staff.email)
    if phone is None:
        return False
    return can_be_texted(tx, phone) if way is Way.SMS else phone.trouble is not PhoneTrouble.UNKNOWN


def _members(
    tx: Transaction, escalation: Escalation, step: EscalationStep, moment: datetime
) -> tuple[Sequence[StaffMember], WhyNobody]:
    """The members of staff a step means, without those who are away; and what it is when there are none."""
    meant, why = _meant(tx, escalation, step, moment)
    here = [member for member in meant if not rotas.is_away(tx, member.id, moment)]
    # Of a number we do not know only a crisis is told to every team: else strangers could fill everybody's evening.
    one_is_enough = escalation.team_id is None and escalation.level is not DistressLevel.ACUTE
    return here[:1] if one_is_enough else here, WhyNobody.OFF_DUTY if meant else why


def _meant(
    tx: Transaction, escalation: Escalation, step: EscalationStep, moment: datetime
) -> tuple[Sequence[StaffMember], WhyNobody]:
    match step.whom:
        case Whom.ASSIGNED_CLINICIAN:
            return _assigned(tx, escalation), WhyNobody.NOT_ASSIGNED
        case Whom.BACKUP:
            return people.members(tx, _backups(tx, escalation)), WhyNobody.NOT_ASSIGNED
        case Whom.ON_CALL:
            return rotas.on_call(tx, escalation.team_id, moment), WhyNobody.EMPTY_ROTA
        case Whom.ROLE:
            found = people.members_with_role(tx, escalation.team_id, step.role) if step.role else []
            return found, WhyNobody.NO_WAY
        case Whom.CLINICAL_LEAD:
            lead = reviews.clinical_lead(tx)
            return [lead] if lead else [], WhyNobody.NO_WAY
        case _:
            return people.team_members(tx, escalation.team_id), WhyNobody.NO_WAY


def _assigned(tx: Transaction, escalation: Escalation) -> Sequence[StaffMember]:
    found = people.assigned_to(tx, escalation.family_id) if escalation.family_id else None
    return [found] if found else []


def _backups(tx: Transaction, escalation: Escalation) -> Sequence[UUID]:
    """Who has the work of the clinician while they are off, or else stands in for their team."""
    for clinician in _assigned(tx, escalation):
        absence = duties.absence_of(tx, clinician.id)
        if absence is not None and absence.backup_id is not None:
            return [absence.backup_id]
    team = duties.backup_of_team(tx, escalation.team_id) if escalation.team_id else None
    return [team.staff_id] if team else []
