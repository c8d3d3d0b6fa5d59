"""Two families that are one: the people, phones, threads, promises and tasks of the one become the other's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from checkback.care.errors import HoldRefused, Said, said
from checkback.care.model import CheckIn, Contact, Family, Phone, SafetyPreference, StaffMember
from checkback.care.model.sealing import folded_words
from checkback.care.rules.merging import Promise, Standing, what_stands
from checkback.care.rules.plans import PROMISED
from checkback.care.steps import check_ins as ending
from checkback.care.steps.plan_texts import step_name
from checkback.care.steps.staff_work import actor, note
from checkback.care.store import Transaction, check_ins, console, escalations, merging, messages, people
from checkback.care.terms import CheckInState, ConsentState, EscalationState, SafetyMode

#: Why a promise ended whose plan is followed by the other record of the same person.
MERGED = "merged"
_STRICTEST = (SafetyMode.UNSAFE, SafetyMode.NEUTRAL, SafetyMode.SAFE)


@dataclass(frozen=True)
class Pair:
    """One phone that somebody of either family uses. `looks_the_same`: by their names they are one person."""

    away: Contact
    here: Contact
    phone: Phone
    looks_the_same: bool


def pairs(tx: Transaction, away: Family, here: Family) -> Sequence[Pair]:
    """Who of the one family shares a phone with somebody of the other; each of them once, by name where names agree."""
    theirs = [(contact, people.phone_of(tx, contact)) for contact in people.contacts_in(tx, here)]
    found = []
    for contact in people.contacts_in(tx, away):
        phone = people.phone_of(tx, contact)
        if phone is None:
            continue
        named = folded_words(contact.name)
        shared = [other for other, number in theirs if number is not None and number.id == phone.id]
        shared.sort(key=lambda other: folded_words(other.name) != named)
        if shared:
            found.append(Pair(contact, shared[0], phone, folded_words(shared[0].name) == named))
    return found


def obstacles(tx: Transaction, away: Family, here: Family, same: Sequence[Pair]) -> Sequence[Said]:
    """What has to be settled first, each in a sentence with its mend; nothing where they can be merged."""
    if away.id == here.id:
        return [said("That is the same family; name the other one.")]
    found = [
        said("%(it)s is closed. Open it again first.", it=family.reference)
        for family in (away, here)
        if family.closed_at is not None
    ]
    found += [
        said("%(it)s has no outcome yet. Say how it ended first.", it=each.reference)
        for each in escalations.of_family(tx, away.id)
        if each.state is not EscalationState.RESOLVED
    ]
    hold = merging.standing_hold(tx, away)
    if hold is not None:
        found.append(said("%(hold)s holds texts of %(it)s. End it first.", hold=hold.reference, it=away.reference))
    if merging.has_legal_hold(tx, away):
        found.append(said("A legal hold stands on %(it)s: it stays as it is.", it=away.reference))
    if away.plan_id and here.plan_id and away.plan_id != here.plan_id:
        found.append(
            said(
                "%(it)s follows another plan. Move it to the plan of %(other)s first, which shows what that changes.",
                it=away.reference,
                other=here.reference,
            )
        )
    return [*found, *(each for pair in same for each in _of_pair(tx, pair))]


def merge(tx: Transaction, away: Family, here: Family, same: Sequence[Pair], by: StaffMember) -> None:
    """Everything of the one is the other's from now on, and the one is closed; a note on each says what moved.

    Raises HoldRefused where something has to be settled first; then nothing was changed.
    """
    in_the_way = obstacles(tx, away, here, same)
    if in_the_way:
        raise HoldRefused(in_the_way[0])
    moved = [contact.reference for contact in people.contacts_in(tx, away)]
    for pair in same:
        _become_one(tx, pair)
    here.child_ages = _ages(away, here)
    here.plan_id, here.area = here.plan_id or away.plan_id, here.area or away.area
    for assignment in console.assignments_of(tx, away.id):
        assignment.until = tx.now
        tx.record("assignment.ended", assignment, actor(by))
    merging.move(tx, away, here)
    away.closed_at = tx.now
    ones = "".join(f" {pair.away.reference} is the same person as {pair.here.reference}." for pair in same)
    words = f"{away.reference} was merged into {here.reference}: {', '.join(moved)}.{ones}"
    for family in (here, away):
        note(tx, family, by, words)
    tx.record("family.merged", here, actor(by))
    tx.record("family.merged-away", away, actor(by))


def standing(tx: Transaction, pair: Pair, *, is_held: bool = True) -> Standing:
    """What becomes of the promises of both records of one person."""
    found = check_ins.open_of if is_held else _open_of
    return what_stands([_promise(row) for row in found(tx, pair.here)], [_promise(row) for row in found(tx, pair.away)])


def _open_of(tx: Transaction, contact: Contact) -> Sequence[CheckIn]:
    return [row for row in check_ins.all_of(tx, [contact.id]) if not row.state.is_over]


def _promise(row: CheckIn) -> Promise:
    is_of_plan = row.plan_id is not None or step_name(row) == PROMISED
    return Promise(row.id, row.step, row.due_at, row.state is CheckInState.ASKED, is_of_plan)


def _of_pair(tx: Transaction, pair: Pair) -> Sequence[Said]:
    found = []
    if merging.is_under_way(tx, pair.away.id) or merging.is_under_way(tx, pair.here.id):
        found.append(
            said(
                "Something with %(name)s is in the middle: a text that goes or came, or a questionnaire. Wait for it.",
                name=pair.here.name,
            )
        )
    ours, theirs = people.consent_of(tx, pair.here), people.consent_of(tx, pair.away)
    if ours is not None and theirs is not None and not _agree(ours.state, theirs.state):
        found.append(
            said(
                "%(name)s did not say the same in both families about being texted. Ask, and record it in both first.",
                name=pair.here.name,
            )
        )
    one, other = people.safety_of(tx, pair.here), people.safety_of(tx, pair.away)
    if any(a and b and a != b for a, b in ((one.safe_word, other.safe_word), (one.duress_word, other.duress_word))):
        found.append(
            said("%(name)s agreed on other words in each family. Set the same in both first.", name=pair.here.name)
        )
    return found


def _agree(ours: ConsentState, theirs: ConsentState) -> bool:
    return ours is theirs or (ours is ConsentState.GIVEN and theirs is ConsentState.ASKED)


def _become_one(tx: Transaction, pair: Pair) -> None:
    """The record that stays has what both had, and of everything the stricter."""
    fate = standing(tx, pair)
    for each in fate.ends:
        ending.end(tx, tx.get(CheckIn, each.id), CheckInState.CANCELLED, MERGED)
    for each in fate.stands:
        row = tx.get(CheckIn, each.id)
        if row.contact_id != pair.here.id:
            row.contact_id = pair.here.id
            tx.record("check-in.merged", row)
    _thread(tx, pair)
    _stricter(pair.here, pair.away, people.safety_of(tx, pair.here), people.safety_of(tx, pair.away))
    merging.hand_over(tx, pair.away, pair.here, with_consent=people.consent_of(tx, pair.here) is None)
    tx.record("contact.merged", pair.here)
    tx.record("contact.merged-away", pair.away)


def _thread(tx: Transaction, pair: Pair) -> None:
    """A question that waits, and a person who has the conversation, are the same in the thread that stays."""
    theirs = merging.thread_of(tx, pair.away.id, pair.phone.id)
    if theirs is None:
        return
    ours = messages.conversation_with(tx, pair.phone, pair.here)
    ours.asked, theirs.asked = ours.asked or theirs.asked, None
    ours.with_person_since = ours.with_person_since or theirs.with_person_since
    tx.record("conversation.merged", ours)


def _stricter(here: Contact, away: Contact, ours: SafetyPreference, theirs: SafetyPreference) -> None:
    ours.mode = min(ours.mode, theirs.mode, key=_STRICTEST.index)
    ours.may_text, ours.may_call = ours.may_text and theirs.may_text, ours.may_call and theirs.may_call
    ours.may_leave_voicemail = ours.may_leave_voicemail and theirs.may_leave_voicemail
    ours.interpreter = ours.interpreter or theirs.interpreter
    ours.when = ours.when or theirs.when
    ours.safe_word, ours.duress_word = ours.safe_word or theirs.safe_word, ours.duress_word or theirs.duress_word
    dangers = dict.fromkeys(each for each in (ours.known_dangers, theirs.known_dangers) if each)
    ours.known_dangers = " / ".join(dangers) or None
    here.is_minor, here.may_be_danger = here.is_minor or away.is_minor, here.may_be_danger or away.may_be_danger
    here.wrong_person_at = here.wrong_person_at or away.wrong_person_at
    here.paused_until = max((each for each in (here.paused_until, away.paused_until) if each), default=None)
    if max(here.opens, away.opens) < min(here.closes, away.closes):
        here.opens, here.closes = max(here.opens, away.opens), min(here.closes, away.closes)
    zones = dict.fromkeys([*here.other_zones.split(), *away.other_zones.split(), away.zone])
    here.other_zones = " ".join(zone for zone in zones if zone != here.zone)


def _ages(away: Family, here: Family) -> str:
    """The children of both: one of an age that both name is one child."""
    ours, theirs = ([age for age in each.child_ages.split(",") if age] for each in (here, away))
    every = [age for age in dict.fromkeys([*ours, *theirs]) for _ in range(max(ours.count(age), theirs.count(age)))]
    return ",".join(sorted(every, key=int))


def chosen(found: Sequence[Pair], contact_ids: Collection[UUID]) -> Sequence[Pair]:
    """Those pairs whom somebody has said to be one person."""
    return [pair for pair in found if pair.away.id in contact_ids]
