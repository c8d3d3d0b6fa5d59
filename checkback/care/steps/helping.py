"""Offering help that is real, near and open; when there is none, saying so and asking a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from checkback.care.model import Contact, Conversation, Family, Resource, ResourceOffer
from checkback.care.rules.giveaways import gives_away
from checkback.care.rules.listings import Schedule, places_from_json, schedules_from_json
from checkback.care.rules.matching import DISCLOSING, Help, Match, Wanted, best
from checkback.care.rules.nearness import circles, spot, spot_named
from checkback.care.rules.opening_words import hours_in_words, open_hours_in_words, opens_in_words
from checkback.care.rules.segments import fit, segments
from checkback.care.rules.tidying import blurb
from checkback.care.steps.following_up import plan_follow_up
from checkback.care.steps.phone_safety import WHICH_WORD
from checkback.care.steps.tasks import open_task, task_key
from checkback.care.steps.words import mode_of, say
from checkback.care.store import Transaction, people, report_counts, resources
from checkback.care.terms import Language, SafetyMode, TaskKind
from checkback.care.wording import Wording

#: What was named within this time is not named again as "the next one", and is what "more" means.
REMEMBERED = timedelta(days=14)
#: So many places that fit end the search in wider circles.
ENOUGH = 3
#: In parts of a text, as it is sent; and in letters.
LONGEST_TEXT = 2
LONGEST_NAME = 60
_BLURBS = (150, 100, 60, 0)


@dataclass(frozen=True)
class Offer:
    """What to say, whether a place is named in it, and which question it asks if it asks one."""

    text: str
    names_a_place: bool = False
    asks: str | None = None


def offer_help(
    tx: Transaction,
    wording: Wording,
    contact: Contact,
    need: str,
    place: str | None,
    *,
    besides: frozenset[UUID] = frozenset(),
    is_one_of_several: bool = False,
) -> Offer:
    """The text that answers a need; the offer is kept. Nothing confidential is ever offered by text.

    Args:
        place: a ZIP code or a town, in their own words; else it is looked for near their home.
        besides: resources they know already.
        is_one_of_several: the text names other places too, so each in few words.
    """
    family = tx.get(Family, contact.family_id)
    wanted = wanted_by(tx, contact, need, place)
    if need in DISCLOSING and wanted.mode is not SafetyMode.SAFE:
        _ask_a_person(tx, contact, family, need)
        if wanted.mode is SafetyMode.NEUTRAL and people.safety_of(tx, contact).safe_word:
            return Offer(say(tx, wording, WHICH_WORD, contact), asks=WHICH_WORD)  # are these their words?
        return Offer(say(tx, wording, "resource.by_phone", contact))
    found = search(tx, wanted, contact.zone, besides)
    if not found:
        _ask_a_person(tx, contact, family, need)
        return Offer(say(tx, wording, "resource.no_other" if besides else "resource.none", contact))
    match, resource = found[0]
    offer = tx.add(
        ResourceOffer(
            contact_id=contact.id,
            resource_id=resource.id,
            need=need,
            offered_at=tx.now,
            place=wanted.home.zip if wanted.home else None,
        )
    )
    tx.session.flush()
    report_counts.keep_need(tx, family, need, is_met=True)
    plan_follow_up(tx, contact, offer)
    tx.record("resource.offered", offer)
    tell = _named_shortly if is_one_of_several else _named
    return Offer(tell(tx, wording, contact, need, match), names_a_place=True)


def continue_help(
    tx: Transaction,
    wording: Wording,
    contact: Contact,
    conversation: Conversation,
    turn_id: UUID,
    wish: str,
    place: str | None = None,
) -> Offer:
    """More of the place that was named last, the next one, one near `place`, or a person who calls there for them.

    Raises:
        ValueError: no such wish.
    """
    offers = resources.offers_since(tx, contact, tx.now - REMEMBERED)
    if not offers:
        return Offer(say(tx, wording, "need.which", contact), asks="need.which")
    last = offers[0]
    known = frozenset(each.resource_id for each in offers if each.need == last.need)
    match wish:
        case "next":
            return offer_help(tx, wording, contact, last.need, last.place, besides=known)
        case "near":
            # What they know already would read as if the place they named were not heard.
            has_another = search(tx, wanted_by(tx, contact, last.need, place), contact.zone, known, limit=1)
            return offer_help(tx, wording, contact, last.need, place, besides=known if has_another else frozenset())
        case "more":
            return Offer(_more(tx, wording, contact, tx.get(Resource, last.resource_id)), names_a_place=False)
        case "call":
            family = tx.get(Family, contact.family_id)
            kind = TaskKind.CALL_FOR_FAMILY
            open_task(
                tx,
                kind,
                dedupe_key=task_key(kind, turn_id),
                family=family,
                conversation=conversation,
                detail=_whom_to_call(tx, last),
            )
            return Offer(say(tx, wording, "resource.calling", contact))
        case _:
            raise ValueError(f"no such wish: {wish}")


def wanted_by(tx: Transaction, contact: Contact, need: str, place: str | None) -> Wanted:
    """What this contact looks for: near the place they named, else near their home."""
    family = tx.get(Family, contact.family_id)
    home = spot(_home_zip(tx, family))
    there = (spot_named(place, home) if place else None) or home
    ages = tuple(float(age) for age in family.child_ages.replace(",", " ").split() if age.replace(".", "").isdigit())
    return Wanted(need, there, circles(there), contact.language, tx.now, mode_of(tx, contact), ages)


def search(
    tx: Transaction, wanted: Wanted, zone: str, besides: frozenset[UUID] = frozenset(), limit: int = ENOUGH
) -> Sequence[tuple[Match, Resource]]:
    """What fits, best first. One circle around the place is looked at after the other until there is enough."""
    seen: dict[str, Resource] = {}
    found: Sequence[Match] = ()
    for names in wanted.circles:
        for resource in resources.candidates(tx, wanted.need, names):
            if resource.id not in besides:
                seen[str(resource.id)] = resource
        found = best((as_help(each, zone) for each in seen.values()), wanted, limit)
        if len(found) >= limit:
            break
    return [(match, seen[match.help.source_id]) for match in found]


def as_help(resource: Resource, zone: str) -> Help:
    """A resource as matching sees it; `zone` is where it is taken to be when its directory does not say."""
    return Help(
        source_id=str(resource.id),
        name=resource.name,
        phone=resource.phone or "",
        needs=frozenset(resource.needs.split()),
        reach=frozenset(resource.reach.split("\n")),
        languages=frozenset(resource.languages.split()),
        schedules=schedules_from_json(resource.schedules),
        zone=resource.zone or zone,
        places=places_from_json(resource.places),
        status=resource.status,
        minimum_age=resource.minimum_age,
        maximum_age=resource.maximum_age,
        narrow=resource.narrow,
        confidential=resource.confidential,
        discloses=resource.discloses,
        assured=resource.assured_date,
        wrong_reports=resource.wrong_reports,
    )


def _named(tx: Transaction, wording: Wording, contact: Contact, need: str, match: Match) -> str:
    language, schedules = contact.language, _schedules(match)
    slots = {
        "what": say(tx, wording, f"need_named.{need}", contact),
        "name": _name(tx, wording, contact, match.help.name, match.phone),
        "phone": match.phone,
    }
    if match.opening.is_known and not match.opening.is_open:
        opens = opens_in_words(match.opening, language, tx.now)
        said = say(tx, wording, "resource.closed_now", contact, opens=opens, **slots)
    else:
        hours = open_hours_in_words(schedules, match.opening, language)
        said = say(tx, wording, "resource.offer", contact, hours=hours, **slots)
    speaks = _speaks(tx, wording, contact, match)
    both = f"{said} {speaks}" if speaks else said
    return both if segments(fit(both)) <= LONGEST_TEXT else said


def _named_shortly(tx: Transaction, wording: Wording, contact: Contact, need: str, match: Match) -> str:
    what = say(tx, wording, f"need_named.{need}", contact)
    slots = {"what": what, "name": _name(tx, wording, contact, match.help.name, match.phone), "phone": match.phone}
    if match.opening.is_known and not match.opening.is_open:
        opens = opens_in_words(match.opening, contact.language, tx.now)
        return say(tx, wording, "resource.short_closed", contact, opens=opens, **slots)
    return say(tx, wording, "resource.short", contact, **slots)


def _name(tx: Transaction, wording: Wording, contact: Contact, name: str, phone: str) -> str:
    """The name as a text shows it; a line known by its number alone is a help line, so that none reads "211, 211"."""
    return say(tx, wording, "resource.line", contact) if name == phone else blurb(name, LONGEST_NAME)


def _speaks(tx: Transaction, wording: Wording, contact: Contact, match: Match) -> str | None:
    if contact.language is Language.ENGLISH:
        return None
    spoken = contact.language in match.help.languages
    return say(tx, wording, "resource.speaks" if spoken else "resource.ask_interpreter", contact)


def _more(tx: Transaction, wording: Wording, contact: Contact, resource: Resource) -> str:
    """Its hours, and what it says of itself: in the language it says it, and nothing that gives anybody away."""
    help_ = as_help(resource, contact.zone)
    schedules = help_.schedules or (help_.places[0].schedules if len(help_.places) == 1 else ())
    phone = help_.phone or next((p.phone for p in help_.places if p.phone), "")
    for longest in _BLURBS:
        about = _about(resource, mode_of(tx, contact), contact.language, longest)
        slots = {"name": _name(tx, wording, contact, help_.name, phone), "phone": phone, "about": about}
        hours = hours_in_words(schedules, contact.language)
        said = say(tx, wording, "resource.more", contact, hours=hours, **slots).strip()
        if segments(fit(said)) <= LONGEST_TEXT:
            return said
    return said


def _about(resource: Resource, mode: SafetyMode, language: Language, longest: int) -> str:
    words = blurb(" ".join(filter(None, (resource.alert, resource.description))), longest) if longest else ""
    is_shown = language is Language.ENGLISH and mode is not SafetyMode.UNSAFE
    return words if is_shown and (mode is SafetyMode.SAFE or not gives_away(words)) else ""


def _schedules(match: Match) -> Sequence[Schedule]:
    return match.place.schedules if match.place and match.place.schedules else match.help.schedules


def _ask_a_person(tx: Transaction, contact: Contact, family: Family, need: str) -> None:
    key = f"unmet:{contact.id}:{need}:{tx.now:%G-%V}"
    if open_task(tx, TaskKind.UNMET_NEED, dedupe_key=key, family=family, detail=need):
        report_counts.keep_need(tx, family, need, is_met=False)


def _whom_to_call(tx: Transaction, offer: ResourceOffer) -> str:
    resource = tx.get(Resource, offer.resource_id)
    places = places_from_json(resource.places)
    phone = resource.phone or next((place.phone for place in places if place.phone), "no number")
    return f"{resource.name}, {phone}: {offer.need}"


def _home_zip(tx: Transaction, family: Family) -> str:
    incidents = people.incidents_of(tx, family)
    return incidents[0].zip if incidents else ""
