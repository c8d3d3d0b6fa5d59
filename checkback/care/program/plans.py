"""Plans as a clinical lead writes them. The language is explained on top of `program/plans/standard.yml`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import yaml

from checkback.care.errors import said
from checkback.care.program.entry import Entry, contents, read_text
from checkback.care.rules.hours import EARLIEST_HOUR, LATEST_HOUR
from checkback.care.rules.instruments import AskedBy, Instrument
from checkback.care.rules.plans import PROMISED, SAID, SILENCES, WEEK, Children, Late, Offset, Plan, Step, Unit, When
from checkback.care.terms import Dialogue, Language, LatePolicy, SafetyMode

Instruments = Mapping[str, Instrument]
NO_INSTRUMENTS: Instruments = MappingProxyType({})
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
#: A row has room for forty; a step that is planned anew gets a number behind its name.
LONGEST_NAME = 32
OLDEST_CHILD = 21
MOST_SILENCES = 5
_DAY = timedelta(days=1)
_DIALOGUES = (Dialogue.CHECK_IN, Dialogue.NEED, Dialogue.CONSENT)
_MOST = {Unit.HOURS: 24 * 730, Unit.DAYS: 730, Unit.MONTHS: 24}
_LATEST_HOURS = 24 * 60
#: Which field says how long after what. The first three count from the incident.
_OFFSETS = {
    "after_hours": (Unit.HOURS, False),
    "after_days": (Unit.DAYS, False),
    "after_months": (Unit.MONTHS, False),
    "after_answer_hours": (Unit.HOURS, True),
    "after_answer_days": (Unit.DAYS, True),
}


def load_plan(path: Path, wordings: Collection[str], instruments: Instruments = NO_INSTRUMENTS) -> Plan:
    """Read a plan from its file. Raises ProgramError as `read_plan`."""
    return read_plan(path.name, contents(path), wordings, instruments)


def read_plan(
    file: str, text: str, wordings: Collection[str] | None = None, instruments: Instruments = NO_INSTRUMENTS
) -> Plan:
    """Read a plan.

    Args:
        file: what errors call it.
        wordings: the keys of the sentences a plan may say: those with nothing to fill in but the programme's
            name. None: they, and the questionnaires, were looked at when it was drafted.
        instruments: the questionnaires there are, by their names.

    Raises:
        ProgramError: naming the file, the step, the field and the mend.
    """
    entry = read_text(file, text)
    name = _named(entry, "name")
    silences = _silences(entry) if entry.has("silences") else SILENCES
    steps: list[Step] = []
    for each in entry.entries("steps"):
        steps.append(_step(each, wordings, instruments if wordings is not None else None, steps))
    _refuse_without_promise(entry, steps)
    return entry.done(Plan(name, tuple(steps), silences))


def plan_as_text(name: str, steps: Sequence[Mapping[str, object]], silences: int = SILENCES) -> str:
    """A plan in the language of its files, from the fields of its steps; `read_plan` reads it."""
    said = {"name": name, "silences": silences, "steps": [dict(step) for step in steps]}
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=120)


def _named(entry: Entry, field: str) -> str:
    name = entry.text(field, shape=_NAME)
    if len(name) > LONGEST_NAME:
        entry.refuse(field, said("at most %(most)s letters", most=LONGEST_NAME))
    return name


def _silences(entry: Entry) -> int:
    silences = entry.number("silences", least=1)
    if silences > MOST_SILENCES:
        entry.refuse(
            "silences",
            said(
                "at most %(most)s: whoever is silent for longer needs a person, not a text",
                most=MOST_SILENCES,
            ),
        )
    return silences


def _step(
    entry: Entry, wordings: Collection[str] | None, instruments: Instruments | None, before: Sequence[Step]
) -> Step:
    name = _named(entry, "step")
    entry.place = f"step {name}"
    names = [step.name for step in before]
    if name in names:
        entry.refuse("step", said("another step has this name; give each its own"))
    opens, closes = _window(entry)
    offset = _offset(entry, names)
    instrument = _instrument(entry, offset, instruments) if entry.has("instrument") else None
    dialogue = _dialogue(entry) if instrument is None else Dialogue.SCREENING
    step = Step(
        name=name,
        offset=offset,
        opens=opens,
        closes=closes,
        wording=_wording(entry, dialogue, wordings),
        dialogue=dialogue,
        late=_late(entry.entry("late")),
        days=entry.some_of("days", WEEK) if entry.has("days") else (),
        languages=entry.words("languages", Language) if entry.has("languages") else (),
        when=_when(entry.entry("when"), names) if entry.has("when") else When(),
        instrument=instrument,
    )
    _refuse_out_of_order(entry, step, before)
    return entry.done(step)


def _offset(entry: Entry, names: Collection[str]) -> Offset:
    given = [field for field in _OFFSETS if entry.has(field)]
    if len(given) != 1:
        entry.refuse("after_days", said("say when it is due by one of %(listed)s", listed=", ".join(_OFFSETS)))
    (field,) = given
    unit, of_answer = _OFFSETS[field]
    number = entry.number(field)
    if number > _MOST[unit]:
        entry.refuse(field, said("at most %(most)s, which is two years", most=_MOST[unit]))
    answer_to = entry.text("answer_to") if entry.has("answer_to") else None
    if answer_to is not None and not of_answer:
        entry.refuse("answer_to", said("it goes with after_answer_days or after_answer_hours; take it out"))
    if answer_to is not None and answer_to not in names:
        entry.refuse("answer_to", said("'%(answer_to)s' is no step above this one", answer_to=answer_to))
    return Offset(number, unit, of_answer, answer_to)


def _window(entry: Entry) -> tuple[int, int]:
    window = entry.take("window")
    match window:
        case [int(opens), int(closes)] if EARLIEST_HOUR <= opens < closes <= LATEST_HOUR:
            return opens, closes
        case _:
            entry.refuse(
                "window",
                said(
                    "write two whole hours within %(least)s and %(most)s, as [9, 20]",
                    least=EARLIEST_HOUR,
                    most=LATEST_HOUR,
                ),
            )


def _wording(entry: Entry, dialogue: Dialogue, wordings: Collection[str] | None) -> str:
    if not entry.has("wording") and dialogue.question is not None:
        return dialogue.question
    key = entry.text("wording")
    if wordings is not None and key not in wordings:
        entry.refuse(
            "wording",
            said("'%(key)s' is no sentence of program/wording that a plan can say; write it, or correct it", key=key),
        )
    return key


def _dialogue(entry: Entry) -> Dialogue:
    return Dialogue(entry.one_of("dialogue", _DIALOGUES)) if entry.has("dialogue") else Dialogue.NONE


def _instrument(entry: Entry, offset: Offset, known: Instruments | None) -> str:
    """The questionnaire a step brings; it brings its own words, and says itself how soon after an incident."""
    for field in ("wording", "dialogue"):
        if entry.has(field):
            entry.refuse(field, said("a questionnaire brings its own opening and its items; take this out"))
    name = _named(entry, "instrument")
    if known is None:
        return name
    if name not in known:
        listed = ", ".join(sorted(known))
        mend = said("write one of %(listed)s, or take it out", listed=listed) if known else said("take it out")
        entry.refuse("instrument", said("there is no questionnaire '%(name)s'; %(mend)s", name=name, mend=mend))
    wanted = known[name]
    if wanted.by is not AskedBy.TEXT:
        entry.refuse(
            "instrument",
            said("%(title)s is asked by a person, who is there for the answer; take it out", title=wanted.title),
        )
    if not offset.of_answer and offset.at_least < timedelta(days=wanted.not_before_days):
        entry.refuse(
            "instrument",
            said(
                "%(title)s is not asked before day %(days)s; let it come later",
                title=wanted.title,
                days=wanted.not_before_days,
            ),
        )
    return name


def _late(entry: Entry) -> Late:
    within = entry.number("within_hours", least=1)
    if within > _LATEST_HOURS:
        entry.refuse("within_hours", said("at most %(most)s, which is sixty days", most=_LATEST_HOURS))
    return entry.done(Late(entry.word("policy", LatePolicy), timedelta(hours=within)))


def _when(entry: Entry, names: Collection[str]) -> When:
    when = When(
        children=_children(entry) if entry.has("children") else None,
        modes=entry.words("modes", SafetyMode) if entry.has("modes") else (),
        answered=entry.some_of("answered", names) if entry.has("answered") else (),
        silent=entry.some_of("silent", names) if entry.has("silent") else (),
        said=entry.some_of("said", SAID) if entry.has("said") else (),
    )
    if when.is_always:
        entry.refuse("children", said("nothing is asked here; name a condition, or take `when` out"))
    return entry.done(when)


def _children(entry: Entry) -> Children:
    if entry.take("children") == "none":
        return Children(none=True)
    ages = entry.entry("children")
    found = Children(ages.number("from"), ages.number("to"))
    if not found.youngest <= found.oldest <= OLDEST_CHILD:
        ages.refuse("to", said("ages run upwards, to %(most)s at most", most=OLDEST_CHILD))
    return ages.done(found)


def _refuse_out_of_order(entry: Entry, step: Step, before: Sequence[Step]) -> None:
    """Steps that count from the incident stand in their order, and those for every family a day apart."""
    if step.offset.of_answer:
        return
    counted = [*(each for each in before if not each.offset.of_answer), step]
    if any(later.offset.roughly < earlier.offset.roughly for earlier, later in pairwise(counted)):
        entry.refuse("step", said("it is due before the step above it; put the steps into their order"))
    for_all = [each for each in counted if each.is_for_all]
    if step.is_for_all and any(b.offset.roughly - a.offset.roughly < _DAY for a, b in pairwise(for_all)):
        entry.refuse("step", said("it is due on the day of the step before it; leave a day between them"))


def _refuse_without_promise(entry: Entry, steps: Sequence[Step]) -> None:
    promised = next((step for step in steps if step.name == PROMISED), None)
    if promised is None:
        entry.refuse(
            "steps",
            said("there is no step '%(promised)s'; every plan keeps what was said at the door", promised=PROMISED),
        )
    is_kept = promised.is_for_all and promised.dialogue is Dialogue.CHECK_IN and promised.late.policy is LatePolicy.TASK
    if promised.offset.of_answer or not is_kept:
        mend = said(
            "it is for everybody, counted from the incident, with `dialogue: check-in` and `late: {policy: task}`"
        )
        entry.refuse(f"step {PROMISED}", mend)
