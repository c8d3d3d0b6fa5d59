"""A plan as a form and back: what stands in the fields becomes the plan's own language, and errors find their field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from checkback.care.program import ProgramError
from checkback.care.rules.plans import PROMISED, SAID, WEEK, Plan, Step, Unit
from checkback.care.terms import Dialogue, SafetyMode

#: How a step counts, as one choice: the unit, and from what.
UNITS = ("hours", "days", "months", "answer_hours", "answer_days")
MOST_STEPS = 60
Fields = dict[str, str]

_PLACE = re.compile(r"step (?P<step>[^.]+)\.(?P<field>.+)|steps\[(?P<at>\d+)\]\.?(?P<other>.*)")
_IN_THE_FORM = {
    "window": "opens",
    "within_hours": "within",
    "step": "name",
    "children": "children_from",
    "from": "children_from",
    "to": "children_to",
    "languages": "language",
    "days": "days",
    "modes": "modes",
}
NEW: Fields = {
    "name": "",
    "number": "7",
    "unit": "days",
    "opens": "9",
    "closes": "20",
    "wording": "check_in.again",
    "dialogue": "check-in",
    "policy": "send",
    "within": "24",
}
#: What a plan from nothing begins with: the promise made at the door, without which there is none.
FIRST: Fields = {
    **NEW,
    "name": PROMISED,
    "number": "48",
    "unit": "hours",
    "wording": "check_in.opening",
    "policy": "task",
}


def fields_of(plan: Plan) -> list[Fields]:
    """The form of a plan, a mapping for each step."""
    return [_fields(step) for step in plan.steps]


def fields_from(form: Mapping[str, str]) -> list[Fields]:
    """What came with the form, step by step in their order."""
    found: dict[int, Fields] = {}
    for name, value in form.items():
        step, _, field = name.partition(".")
        if field and step[:1] == "s" and step[1:].isdecimal() and int(step[1:]) < MOST_STEPS:
            found.setdefault(int(step[1:]), {})[field] = value.strip()
    return [found[at] for at in sorted(found)]


def entry_of(fields: Fields) -> Mapping[str, object]:
    """A step in the plan's own language; what is no number stays as it was written, and is refused by its name."""
    entry: dict[str, object] = {"step": fields.get("name", "")}
    unit = fields.get("unit", "days")
    entry[f"after_{unit}"] = _number(fields.get("number", ""))
    if unit.startswith("answer") and fields.get("answer_to"):
        entry["answer_to"] = fields["answer_to"]
    entry["window"] = [_number(fields.get("opens", "")), _number(fields.get("closes", ""))]
    days = [day for day in WEEK if fields.get(f"day_{day}")]
    if days and len(days) < len(WEEK):
        entry["days"] = days
    if fields.get("wording") and not fields.get("instrument"):
        entry["wording"] = fields["wording"]
    if fields.get("dialogue", "none") != Dialogue.NONE and not fields.get("instrument"):
        entry["dialogue"] = fields["dialogue"]
    if fields.get("language"):
        entry["languages"] = [fields["language"]]
    if fields.get("instrument"):
        entry["instrument"] = fields["instrument"]
    when = _when(fields)
    if when:
        entry["when"] = when
    entry["late"] = {"policy": fields.get("policy", ""), "within_hours": _number(fields.get("within", ""))}
    return entry


def where(error: ProgramError, steps: Sequence[Fields]) -> tuple[int | None, str]:
    """The step and the field of the form that an error means; no step when it means the whole plan."""
    found = _PLACE.fullmatch(error.place)
    if found is None:
        named = error.place.removeprefix("step ")
        return next((at for at, each in enumerate(steps) if each.get("name") == named), None), "name"
    if found["at"]:
        return min(int(found["at"]), len(steps)) - 1, _field(found["other"])
    at = next((at for at, each in enumerate(steps) if each.get("name") == found["step"]), None)
    return at, _field(found["field"])


def _field(name: str) -> str:
    last = name.rpartition(".")[2]
    if last.startswith("after_"):
        return "number"
    return _IN_THE_FORM.get(last, last or "name")


def _fields(step: Step) -> Fields:
    offset, when = step.offset, step.when
    unit = f"answer_{offset.unit}" if offset.of_answer else str(Unit(offset.unit))
    found: Fields = {
        "name": step.name,
        "number": str(offset.number),
        "unit": unit,
        "answer_to": offset.answer_to or "",
        "opens": str(step.opens),
        "closes": str(step.closes),
        "wording": step.wording,
        "dialogue": str(step.dialogue if step.instrument is None else Dialogue.NONE),
        "policy": str(step.late.policy),
        "within": f"{step.late.within.total_seconds() / 3600:g}",
        "language": str(step.languages[0]) if step.languages else "",
        "instrument": step.instrument or "",
        "answered": ", ".join(when.answered),
        "silent": ", ".join(when.silent),
    }
    if when.children is not None:
        found["children_none"] = "yes" if when.children.none else ""
        if not when.children.none:
            found |= {"children_from": str(when.children.youngest), "children_to": str(when.children.oldest)}
    found |= {f"day_{day}": "yes" for day in step.days}
    found |= {f"mode_{mode}": "yes" for mode in when.modes}
    found |= {f"said_{said}": "yes" for said in when.said}
    return found


def _when(fields: Fields) -> Mapping[str, object]:
    when: dict[str, object] = {}
    if fields.get("children_none"):
        when["children"] = "none"
    elif fields.get("children_from") or fields.get("children_to"):
        first, last = fields.get("children_from") or "0", fields.get("children_to") or "21"
        when["children"] = {"from": _number(first), "to": _number(last)}
    modes = [str(mode) for mode in SafetyMode if fields.get(f"mode_{mode}")]
    if modes and len(modes) < len(SafetyMode):
        when["modes"] = modes
    for name in ("answered", "silent"):
        named = [each.strip() for each in fields.get(name, "").split(",") if each.strip()]
        if named:
            when[name] = named
    said = [each for each in SAID if fields.get(f"said_{each}")]
    if said and len(said) < len(SAID):
        when["said"] = said
    return when


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdecimal() else text
