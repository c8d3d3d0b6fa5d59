"""Rehearsing a plan from a terminal: what was typed becomes a scene, and what would be texted becomes lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from checkback.adapters.reading_grade import reading_grade
from checkback.assembly.runtime import PROGRAM, make_runtime
from checkback.assembly.settings import SettingsError, load_settings
from checkback.care.errors import NoSuchPlan, NoSuchScene, NotFound, StoreUnavailable, said
from checkback.care.flows import plans
from checkback.care.flows.plans import Rehearsal, RehearsedText, Scene
from checkback.care.program import load_instruments, load_plan, load_programme
from checkback.care.rules.hours import Hours
from checkback.care.rules.instruments import Instrument
from checkback.care.rules.planning import Facts
from checkback.care.rules.plans import Plan
from checkback.care.runtime import Runtime
from checkback.care.store import history
from checkback.care.terms import Language, SafetyMode
from checkback.care.wording import Wording

#: Zones and calendars are known for these; a year of texts follows.
_YEARS = range(2000, 2100)


@dataclass(frozen=True)
class Wanted:
    """What was typed. `child_ages` is None when no child was named; of a family the rest is known."""

    plan: str
    incident_at: str | None = None
    zone: str | None = None
    language: str | None = None
    mode: str = SafetyMode.NEUTRAL
    child_ages: tuple[int, ...] | None = None
    family: str | None = None


def rehearsals(wanted: Wanted) -> Sequence[Rehearsal]:
    """Rehearse a plan: once, or for each contact of a family. Needs no database but for a family; where there is one,
    a plan is what counts in it.

    Raises:
        NoSuchPlan, NoSuchScene, NotFound, ProgramError: what was typed cannot be taken; in one line, with the mend.
    """
    wording = Wording.load(PROGRAM / "wording")
    with _store_if_any() as rt:
        plan = _plan(wanted.plan, wording, rt)
        return [plans.rehearse(wording, plan, scene, reading_grade) for scene in _scenes(wanted, rt)]


def read_file(path: Path) -> Plan:
    """The plan that stands in a file. Raises ProgramError, naming the step, the field and the mend."""
    return load_plan(path, plans.wordings_of(Wording.load(PROGRAM / "wording")), _shipped_instruments())


def lines(found: Sequence[Rehearsal], *, as_json: bool) -> Iterator[str]:
    """A line of JSON a text, or a calendar for people; several contacts are numbered."""
    for place, each in enumerate(found, start=1):
        if as_json:
            numbered = {"contact": place} if len(found) > 1 else {}
            yield from (json.dumps({**_fields(text), **numbered}, ensure_ascii=False) for text in each.texts)
            continue
        if len(found) > 1:
            yield f"contact {place}"
        yield from _calendar(each)


def _calendar(found: Rehearsal) -> Iterator[str]:
    for text in found.texts:
        parts = "1 part" if text.segments == 1 else f"{text.segments} parts"
        of_it = f"{parts}, grade {text.grade:g}, late: {text.late_policy}"
        yield f"{text.at_local:%a %d %b %Y %H:%M %Z}  {text.step}  ({of_it})"
        if text.only_if:
            yield f"    only if {', and '.join(text.only_if)}"
        yield f"    {text.text}"
    for left in found.left_out:
        yield f"left out: {left.step.name} ({left.reason})"
    yield f"{found.plan}: {len(found.texts)} texts, unless an answer, a hold or a person comes between"


def _fields(text: RehearsedText) -> dict[str, object]:
    return {
        "step": text.step,
        "at_utc": text.at_utc.isoformat(),
        "at_local": text.at_local.isoformat(),
        "late_policy": text.late_policy,
        "segments": text.segments,
        "grade": text.grade,
        "text": text.text,
    }


@contextmanager
def _store_if_any() -> Iterator[Runtime | None]:
    """The house's runtime, where there is a database that was set up and answers; nothing is made that is not there."""
    try:
        settings = load_settings()
    except SettingsError:
        yield None
        return
    file = settings.database_url.removeprefix("sqlite:///")
    if settings.database_url.startswith("sqlite") and not Path(file).exists():
        yield None
        return
    rt = make_runtime(settings)
    try:
        yield rt if _is_set_up(rt) else None
    finally:
        rt.store.close()


def _is_set_up(rt: Runtime) -> bool:
    try:
        history.must_be_current(rt.store)
        plans.programme_of(rt)
    except (StoreUnavailable, NotFound):
        return False
    return True


def _scenes(wanted: Wanted, rt: Runtime | None) -> Sequence[Scene]:
    if wanted.family is not None:
        if rt is None:
            raise NoSuchScene(
                said("--family: there is no database to find it in; name --incident-at, --zone and --language")
            )
        return plans.scenes_of_family(rt, wanted.family)
    name, opens, closes = plans.programme_of(rt) if rt is not None else _shipped_programme()
    zone = _zone(_given("--zone", wanted.zone))
    moment = _moment(_given("--incident-at", wanted.incident_at), zone)
    language = _one_of("--language", _given("--language", wanted.language), list(Language))
    mode = _one_of("--mode", wanted.mode, list(SafetyMode))
    facts = Facts(moment, moment, Hours(zone, opens, closes), wanted.child_ages)
    return [Scene(facts, Language(language), name, SafetyMode(mode))]


def _shipped_programme() -> tuple[str, int, int]:
    programme = load_programme(PROGRAM / "programme.yml")
    return programme.name, programme.opens, programme.closes


def _plan(named: str, wording: Wording, rt: Runtime | None) -> Plan:
    counts = plans.counting(rt, named) if rt is not None else None
    if counts is not None:
        return counts
    shipped = {path.stem: path for path in sorted((PROGRAM / "plans").glob("*.yml"))}
    if named in shipped:
        return load_plan(shipped[named], plans.wordings_of(wording), _shipped_instruments())
    if named.endswith((".yml", ".yaml")):
        return read_file(Path(named))
    raise NoSuchPlan(
        said(
            "there is no plan '%(named)s'; write one of %(listed)s, or a file as my-plan.yml",
            named=named,
            listed=", ".join(shipped),
        )
    )


def _shipped_instruments() -> Mapping[str, Instrument]:
    return load_instruments(PROGRAM / "instruments")


def _given(option: str, value: str | None) -> str:
    if value is None:
        raise NoSuchScene(said("%(option)s is missing; or name a --family", option=option))
    return value


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise NoSuchScene(said("--zone: '%(name)s' is no IANA zone; write one such as America/Chicago", name=name))
    return name


def _moment(written: str, zone: str) -> datetime:
    mend = "write a time such as 2026-03-07T22:30 or 2026-03-07T22:30:00-06:00"
    try:
        moment = datetime.fromisoformat(written.strip())
    except ValueError:
        raise NoSuchScene(
            said("--incident-at: '%(written)s' is no time; %(mend)s", written=written, mend=mend)
        ) from None
    if moment.year not in _YEARS:
        raise NoSuchScene(
            said(
                "--incident-at: the year lies outside %(years)s to %(years_too)s; %(mend)s",
                years=_YEARS[0],
                years_too=_YEARS[-1],
                mend=mend,
            )
        )
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def _one_of(option: str, value: str, known: list[str]) -> str:
    if value not in known:
        raise NoSuchScene(
            said(
                "%(option)s: '%(value)s' is not one of %(listed)s", option=option, value=value, listed=", ".join(known)
            )
        )
    return value
