"""Questionnaires on a family's page: drawn over time, and the same in a table, also what has no sum."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

from checkback.care.flows import screenings
from checkback.care.flows.screenings import Scored, SeenScreening
from checkback.care.terms import Language, ScreeningState
from checkback.console.screenings import WIDTH, drawn
from tests.fakes.clock import MORNING


def seen(days: int, *scales: Scored, title: str = "PHQ-4") -> SeenScreening:
    return SeenScreening(
        id=uuid4(),
        person="Ana Morales",
        zone="America/Chicago",
        title=title,
        version="2009",
        checksum="0" * 64,
        language=Language.ENGLISH,
        state=ScreeningState.FINISHED,
        reason=None,
        started_at=MORNING + timedelta(days=days),
        ended_at=None,
        answered=4,
        items=4,
        scales=scales,
        total=sum(scale.sum for scale in scales),
        most=12,
        band="mild",
        is_acute=False,
        asked_by=None,
    )


def test_each_sum_is_a_bar_over_time_with_the_line_of_its_cut_off():
    drawing = drawn(
        [seen(14, Scored("worry", 0, 6, 3), Scored("mood", 1, 600, 3)), seen(0, Scored("mood", 6, 6, 3)), seen(20)]
    )
    most, nothing, little = drawing.rows
    assert [row.sum for row in drawing.rows] == [6, 0, 1], "the oldest on top"
    assert (most.width, most.cut_off_x, most.is_over) == (WIDTH, WIDTH / 2, True)
    assert (nothing.width, little.width) == (0, 2.0)
    assert drawing.height > little.bar_y + drawing.bar


def test_with_none_asked_the_page_says_so(lee, staffed, family):
    assert "None was asked yet." in lee.opens("/families/F-12").text


def test_the_table_says_what_was_answered_and_what_has_no_sum(lee, staffed, family):
    screenings.record(staffed.rt, "F-12", "phq-4", {1: 3, 2: 1, 3: 0, 4: 1}, "lee")
    screenings.record(staffed.rt, "F-12", "phq-2", {1: None, 2: 1}, "lee")
    page = lee.opens("/families/F-12").text
    table = re.search(r'<section aria-labelledby="screenings">(.*?)</section>', page, re.DOTALL)
    assert table, page
    said = " ".join(re.sub(r"<[^>]+>", " ", table[1]).split())
    assert "PHQ-4 2009, English" in said and "asked by Dana Lee" in said
    assert "worry 4 of 6 from 3 on a clinician looks ; low mood 1 of 6 (mild)" in said
    assert "2 of 2 no sum" in said
    assert table[1].count('class="bar') == 2 + 1, "the drawing, and a bar for each sum that is something"


def test_an_officer_sees_nothing_of_it(signed_in, staffed, family):
    screenings.record(staffed.rt, "F-12", "phq-2", {1: 3, 2: 3}, "lee")
    assert "PHQ" not in signed_in("okafor").opens("/families/F-12").text


def test_what_was_answered_in_person_opens_an_escalation_that_can_be_worked_on(lee, staffed, family):
    screenings.record(staffed.rt, "F-12", "asq", {1: 0, 2: 1, 3: 0, 4: 0, 5: 1}, "lee")
    number = staffed.escalation.number
    page = lee.opens(f"/escalations/{number}")
    assert page.status_code == 200
    assert lee.sends(f"/escalations/{number}/take").status_code == 303
    assert f"E-{number}" in lee.opens("/").text
    assert "danger now" in lee.opens("/families/F-12").text
