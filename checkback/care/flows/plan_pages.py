"""Plans as people look at them: each step with what it says in each language; and a rehearsal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from checkback.care.errors import NoSuchPlan, NoSuchScene, said
from checkback.care.flows import plans
from checkback.care.flows.plans import Grade, Rehearsal, Scene
from checkback.care.rules.hours import Hours
from checkback.care.rules.planning import Facts
from checkback.care.rules.segments import Encoding, encoding, fit, segments
from checkback.care.rules.sentences import Flag, flags
from checkback.care.runtime import Runtime
from checkback.care.terms import Language, SafetyMode

_YEARS = range(2000, 2100)


@dataclass(frozen=True)
class Sentence:
    """One sentence as it goes, measured."""

    text: str
    segments: int
    encoding: Encoding
    grade: float
    flags: Sequence[Flag]


@dataclass(frozen=True)
class Wanted:
    """What a plan is rehearsed for, as it was typed: a family, or somebody made up."""

    plan: str
    family: str = ""
    incident_at: str = ""
    zone: str = ""
    language: str = "en"
    mode: str = "neutral"


def measured(text: str, language: Language, mode: SafetyMode, grade: Grade) -> Sentence:
    """How long it is, how hard to read, and what is to be looked at in it."""
    words = fit(text)
    read = grade(words, language)
    return Sentence(words, segments(words), encoding(words), read, flags(words, language, mode, read))


def sayings(
    rt: Runtime, keys: Sequence[str], grade: Grade, mode: SafetyMode = SafetyMode.NEUTRAL
) -> Mapping[str, Mapping[Language, Sentence]]:
    """What each of these keys says in each language on a phone that others may read."""
    name, _, _ = plans.programme_of(rt)
    known = plans.wordings_of(rt.wording)
    return {
        key: {
            each: measured(rt.wording.render(key, each, mode, programme=name), each, mode, grade) for each in Language
        }
        for key in dict.fromkeys(keys)
        if key in known
    }


def rehearse(rt: Runtime, wanted: Wanted, grade: Grade) -> Sequence[Rehearsal]:
    """The plan for each contact of a family, or for somebody made up; the same laying out as everywhere.

    Raises NoSuchPlan, NotFound; NoSuchScene: what was typed cannot be taken.
    """
    plan = plans.counting(rt, wanted.plan)
    if plan is None:
        raise NoSuchPlan(said("there is no plan '%(plan)s' that counts", plan=wanted.plan[:40]))
    scenes = plans.scenes_of_family(rt, wanted.family) if wanted.family.strip() else [_made_up(rt, wanted)]
    return [plans.rehearse(rt.wording, plan, scene, grade) for scene in scenes]


def _made_up(rt: Runtime, wanted: Wanted) -> Scene:
    name, opens, closes = plans.programme_of(rt)
    try:
        zone = ZoneInfo(wanted.zone)
        moment = datetime.fromisoformat(wanted.incident_at.strip())
        language, mode = Language(wanted.language), SafetyMode(wanted.mode)
    except (ValueError, OSError, KeyError):
        raise NoSuchScene(said("choose a time, a zone and a language")) from None
    if moment.year not in _YEARS:
        raise NoSuchScene(said("the year lies outside %(first)s to %(last)s", first=_YEARS[0], last=_YEARS[-1]))
    at = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return Scene(Facts(at, at, Hours(wanted.zone, opens, closes), None), language, name, mode)
