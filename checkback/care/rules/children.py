"""What is asked about children, by their age."""

from __future__ import annotations

HOME = "check_in.home"
"""The wording of the step that asks how everyone at home is."""
#: The ages the National Child Traumatic Stress Network tells apart (nctsn.org, "Age-Related Reactions to a Traumatic
#: Event"): preschool, school age, adolescence.
SCHOOL_FROM, TEEN_FROM, GROWN_FROM = 6, 13, 18


def by_age(ages: str) -> str | None:
    """The wording that asks after children of these ages, written `2, 9`; None when no child is known.

    Of several the youngest counts: the smaller a child, the less it can tell for itself.
    """
    known = [float(age) for age in ages.replace(",", " ").split() if age.replace(".", "", 1).isdigit()]
    children = [age for age in known if age < GROWN_FROM]
    if not children:
        return None
    youngest = min(children)
    if youngest < SCHOOL_FROM:
        return "check_in.home_little"
    return "check_in.home_school" if youngest < TEEN_FROM else "check_in.home_teen"
