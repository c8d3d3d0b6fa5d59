"""Plans: what they would text, seen beforehand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from checkback.care.rules.planning import Facts, LeftOut, PlannedText, lay_out
from checkback.care.rules.plans import PROMISED, Answers, Plan
from checkback.care.rules.segments import fit, segments
from checkback.care.runtime import Runtime
from checkback.care.steps.plan_texts import read_version
from checkback.care.steps.planning import facts_of
from checkback.care.steps.words import mode_of
from checkback.care.store import people
from checkback.care.store import plans as versions_in_store
from checkback.care.terms import Dialogue, Language, LatePolicy, PlanState, SafetyMode
from checkback.care.wording import Wording

Grade = Callable[[str, Language], float]


@dataclass(frozen=True)
class Scene:
    """Whom a plan is rehearsed for: nobody in particular, or a contact as they are known.

    Args:
        facts: as a real planning takes them. With `child_ages` None every step for families with a child is shown.
        programme: the name that stands in the texts.
    """

    facts: Facts
    language: Language
    programme: str
    mode: SafetyMode = SafetyMode.NEUTRAL


@dataclass(frozen=True)
class RehearsedText:
    """One text as it would go, if nothing came between."""

    step: str
    at_utc: datetime
    at_local: datetime
    late_policy: LatePolicy
    segments: int
    grade: float
    text: str
    only_if: Sequence[str] = ()
    """What must hold beside, and cannot be known yet; empty when every family gets it."""


@dataclass(frozen=True)
class Rehearsal:
    """All texts of a plan in the order of their times, and the steps that have none."""

    plan: str
    texts: Sequence[RehearsedText]
    left_out: Sequence[LeftOut]


def rehearse(wording: Wording, plan: Plan, scene: Scene, grade: Grade) -> Rehearsal:
    """Every text of a plan on a clock that stands still. What counts from an answer is shown as if each question were
    answered when it is asked.

    Args:
        grade: the school grade that reads a text with ease.
    """
    laid = lay_out(plan, replace(scene.facts, answers=_as_if_answered(plan, scene.facts)))
    texts = [fate for fate in laid if isinstance(fate, PlannedText) and _reads(fate, scene)]
    others = [LeftOut(fate.step, "other-language") for fate in laid if fate not in texts and _is_planned(fate)]
    left_out = [*(fate for fate in laid if isinstance(fate, LeftOut)), *others]
    found = [_rehearsed(wording, text, scene, grade) for text in texts]
    return Rehearsal(plan.name, sorted(found, key=lambda text: text.at_utc), left_out)


def scenes_of_family(rt: Runtime, reference: str) -> Sequence[Scene]:
    """Each contact of a family as they are known, in the order in which staff count them. Raises NotFound."""
    with rt.store.read() as tx:
        family = people.family(tx, reference)
        programme, incidents = people.the_programme(tx), people.incidents_of(tx, family)
        return [
            Scene(
                facts=replace(facts_of(tx, family, incident, contact), planned_at=incident.occurred_at),
                language=contact.language,
                programme=programme.name,
                mode=mode_of(tx, contact),
            )
            for incident in incidents[:1]
            for contact in people.contacts_in(tx, family)
        ]


def counting(rt: Runtime, reference: str) -> Plan | None:
    """The version of this reference in the store, and of a name alone the one that counts; None when there is none."""
    name, _, number = reference.partition("@")
    with rt.store.read() as tx:
        found = versions_in_store.all_versions(tx, people.the_programme(tx).id, name)
        wanted = [
            each for each in found if str(each.version) == number or (not number and each.state is PlanState.APPROVED)
        ]
        return read_version(wanted[0]) if wanted else None


def programme_of(rt: Runtime) -> tuple[str, int, int]:
    """The programme's name as it stands in texts, and its hours. Raises NotFound."""
    with rt.store.read() as tx:
        programme = people.the_programme(tx)
        return programme.name, programme.opens, programme.closes


def wordings_of(wording: Wording) -> frozenset[str]:
    """The keys a plan may say: those with nothing to fill in but the programme's name."""
    keys = wording.keys()
    return frozenset(key for key in keys if wording.slots(key) <= {"programme"})


def _as_if_answered(plan: Plan, facts: Facts) -> Answers:
    questions = {
        fate.step.name: fate.due_at
        for fate in lay_out(plan, facts)
        if isinstance(fate, PlannedText) and fate.step.dialogue is not Dialogue.NONE
    }
    given = {**questions, **facts.answers.to}
    return Answers(given, facts.answers.last or given.get(PROMISED))


def _is_planned(fate: PlannedText | LeftOut) -> bool:
    return isinstance(fate, PlannedText)


def _reads(text: PlannedText, scene: Scene) -> bool:
    return not text.step.languages or scene.language in text.step.languages


def _rehearsed(wording: Wording, text: PlannedText, scene: Scene, grade: Grade) -> RehearsedText:
    step = text.step
    words = fit(wording.render(step.wording, scene.language, scene.mode, programme=scene.programme))
    return RehearsedText(
        step=step.name,
        at_utc=text.due_at.astimezone(UTC),
        at_local=text.due_at.astimezone(ZoneInfo(scene.facts.hours.zone)),
        late_policy=step.late.policy,
        segments=segments(words),
        grade=grade(words, scene.language),
        text=words,
        only_if=tuple(_conditions(text, scene)),
    )


def _conditions(text: PlannedText, scene: Scene) -> Sequence[str]:
    when = text.step.when
    found = []
    if text.step.dialogue is Dialogue.CONSENT:
        found.append("they have not said yet whether they want our texts")
    if when.children is not None and scene.facts.child_ages is None:
        ages = f"a child of {when.children.youngest} to {when.children.oldest}"
        found.append("no child that we know of" if when.children.none else ages)
    if when.modes:
        found.append(f"the phone is {' or '.join(when.modes)}")
    found += [f"{name} was answered" for name in when.answered]
    found += [f"{name} was met with silence" for name in when.silent]
    if when.said:
        found.append(f"they last said it is {' or '.join(when.said)}")
    if text.step.offset.of_answer:
        found.append("they answer")
    return found
