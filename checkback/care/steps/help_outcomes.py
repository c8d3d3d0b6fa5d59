"""What came of a place we named: kept with the offer, a hint on the place, and a person when it failed."""

from __future__ import annotations

from datetime import timedelta

from checkback.care.model import Contact, Conversation, Family, Resource, ResourceOffer
from checkback.care.rules.matching import WRONG_TOO_OFTEN
from checkback.care.steps import check_ins as promises
from checkback.care.steps.following_up import is_follow_up
from checkback.care.steps.tasks import open_task, task_key
from checkback.care.steps.words import say
from checkback.care.store import Transaction, check_ins, resources
from checkback.care.terms import CheckInState, HelpOutcome, TaskKind
from checkback.care.wording import Wording

#: An offer older than this is not what they speak of.
SPOKEN_OF = timedelta(days=14)
#: So many families in a row found nobody there: somebody should look.
SILENT_TOO_OFTEN = 3

_ANSWERS = {
    HelpOutcome.HELPED: "help.glad",
    HelpOutcome.WAITING_LIST: "help.waiting",
    HelpOutcome.NO_ANSWER: "help.failed",
    HelpOutcome.WRONG_NUMBER: "help.failed",
    HelpOutcome.NOT_CALLED: "help.not_called",
}
_FAILED = frozenset({HelpOutcome.NO_ANSWER, HelpOutcome.WRONG_NUMBER})


def record_help(
    tx: Transaction, wording: Wording, contact: Contact, conversation: Conversation, outcome: HelpOutcome
) -> str:
    """Keep what came of the latest place named to this contact; returns what to say to it."""
    offers = resources.offers_since(tx, contact, tx.now - SPOKEN_OF)
    if not offers:
        return say(tx, wording, "thanks.welcome" if outcome is HelpOutcome.HELPED else "need.which", contact)
    offer = offers[0]
    first_told = offer.outcome is None
    offer.outcome, offer.outcome_at = outcome, tx.now
    tx.record(f"offer.{outcome}", offer)
    _end_question(tx, contact)
    if first_told:
        _tell_the_directory(tx, offer, outcome)
    if outcome in _FAILED:
        open_task(
            tx,
            TaskKind.HELP_FAILED,
            dedupe_key=task_key(TaskKind.HELP_FAILED, offer.id),
            family=tx.get(Family, contact.family_id),
            conversation=conversation,
            detail=f"{tx.get(Resource, offer.resource_id).name}: {outcome}, for {offer.need}",
        )
    return say(tx, wording, _ANSWERS[outcome], contact)


def _end_question(tx: Transaction, contact: Contact) -> None:
    """The question has its answer; one that was still to come is not asked."""
    for check_in in check_ins.open_of(tx, contact):
        if is_follow_up(check_in):
            is_asked = check_in.state is CheckInState.ASKED
            state = CheckInState.ANSWERED if is_asked else CheckInState.CANCELLED
            promises.end(tx, check_in, state, None if is_asked else "told-already")


def _tell_the_directory(tx: Transaction, offer: ResourceOffer, outcome: HelpOutcome) -> None:
    """A hint on the entry; when it is wrong too often, it is a person's to check, and not named meanwhile."""
    resource = resources.held(tx, offer.resource_id)
    match outcome:
        case HelpOutcome.WRONG_NUMBER:
            resource.wrong_reports += 1
        case HelpOutcome.NO_ANSWER:
            resource.no_answers += 1
        case HelpOutcome.HELPED | HelpOutcome.WAITING_LIST:
            resource.no_answers = 0
        case HelpOutcome.NOT_CALLED:
            return
    tx.record(f"resource.{outcome}", resource)
    if resource.wrong_reports >= WRONG_TOO_OFTEN or resource.no_answers >= SILENT_TOO_OFTEN:
        key = f"{TaskKind.CHECK_RESOURCE}:{resource.id}:{resource.assured_date}"
        open_task(tx, TaskKind.CHECK_RESOURCE, dedupe_key=key, detail=f"{resource.name}, {resource.phone}")
