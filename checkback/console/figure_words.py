"""What figures and needs are called, and what each figure counts: the definitions that stand beside a report."""

from __future__ import annotations

from collections.abc import Mapping

from checkback.care.flows.reports import Figure
from checkback.care.terms import Language, Split
from checkback.console.speaking import Told, later
from checkback.console.speaking import gettext as _
from checkback.console.words import LANGUAGES

#: The name of a figure, and what it counts.
FIGURES: Mapping[Figure, tuple[str, str]] = Told(
    {
        Figure.FAMILIES: (
            later("Families"),
            later("Enrolled before the quarter ended, and not closed before it began."),
        ),
        Figure.ASKED: (later("Check-ins asked"), later("Promised check-ins whose first text went out in the quarter.")),
        Figure.REACHED: (
            later("Reached by a text"),
            later("Of the check-ins asked: the carrier said that the text arrived."),
        ),
        Figure.ANSWERED: (
            later("Answered"),
            later("Of the check-ins asked: they wrote back, whatever they wrote, before it was closed."),
        ),
        Figure.TEXTS: (later("Texts sent"), later("All texts to families that the carrier was given in the quarter.")),
        Figure.DELIVERED: (later("Delivered"), later("Of the texts sent: the carrier said that it arrived.")),
        Figure.OPT_OUTS: (
            later("Opted out"),
            later("Families of whom a phone asked for no more texts, by STOP or in their own words."),
        ),
        Figure.ALARMS: (
            later("Escalations"),
            later("Somebody was in distress and a person was told. What ended as a false alarm is left out."),
        ),
        Figure.TAKEN: (
            later("Acknowledged"),
            later("Of the escalations: a person said that they have it. The time runs from the text until then."),
        ),
        Figure.SPOKEN_WITH: (
            later("Spoken with"),
            later("Of the escalations: they ended as reached. The time runs from the text until that was said."),
        ),
    }
)

SPLITS: Mapping[Split, str] = Told(
    {
        Split.PLAN: later("Plan"),
        Split.LANGUAGE: later("Language"),
        Split.AREA: later("Area (first three digits of the ZIP code)"),
    }
)

NEEDS: Mapping[str, str] = Told(
    {
        "baby-things": later("Things for a baby"),
        "food": later("Food"),
        "housing": later("Housing"),
        "utilities": later("Power, water, heating"),
        "counselling": later("Counselling"),
        "child-counselling": later("Counselling for children"),
        "locks-and-repairs": later("Locks and repairs"),
        "funeral-costs": later("Costs of a funeral"),
        "crime-victim-compensation": later("Compensation for victims of crime"),
        "legal-help": later("Legal help"),
        "transport": later("Transport"),
        "health-care": later("Health care"),
        "clothing": later("Clothing"),
        "school": later("School"),
        "substance-use": later("Alcohol and drugs"),
        "hiv": later("HIV"),
        "work": later("Work"),
        "immigration": later("Immigration"),
        "partner-violence": later("Violence by a partner"),
        "other": later("Something else"),
    }
)


def need(code: str) -> str:
    """A need as people say it; one we have no word for, as it is written."""
    return NEEDS.get(code, code)


def group(split: Split, name: str) -> str:
    """A group of a report as people call it."""
    if not name:
        return _("not known")
    return LANGUAGES[Language(name)] if split is Split.LANGUAGE else name
