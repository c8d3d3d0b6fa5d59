"""The tables beside the sentences: who is told, what is planned, where help is, and who stands in the demo."""

from __future__ import annotations

import re
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from checkback.care.program import NEEDS, ResourceSeed, load_policies, load_programme, load_resources
from checkback.care.rules.listings import Schedule
from checkback.care.rules.opening_words import hours_in_words
from checkback.care.rules.segments import segments
from checkback.care.terms import DistressLevel, Language, Role, SafetyMode, Urgency, Whom
from tests.program.sentences import PROGRAM, SLOTS, WORDING
from tests.program.test_family_wording import TABOO

NATIONAL = load_resources([PROGRAM / "resources" / "national.yml"])
SAMPLE = load_resources([PROGRAM / "resources" / "sample.yml"])
PROGRAMME = load_programme(PROGRAM / "programme.yml")
FICTION = re.compile(r"\+131455501\d\d|314-555-01\d\d")


def test_acute_is_told_to_the_next_person_after_five_or_thirty_minutes() -> None:
    policies = {(p.level, p.urgency): p for p in load_policies(PROGRAM / "escalation.yml")}
    emergent = policies[DistressLevel.ACUTE, Urgency.EMERGENT]
    urgent = policies[DistressLevel.ACUTE, Urgency.URGENT]
    assert {s.minutes for s in emergent.steps} == {5}
    assert {s.minutes for s in urgent.steps} == {30}
    assert not (emergent.only_in_hours or urgent.only_in_hours)


def test_every_escalation_begins_with_the_familys_own_clinician() -> None:
    assert {p.steps[0].whom for p in load_policies(PROGRAM / "escalation.yml")} == {Whom.ASSIGNED_CLINICIAN}


def test_what_repeats_in_an_acute_escalation_is_the_number_that_is_always_answered() -> None:
    acute = [p for p in load_policies(PROGRAM / "escalation.yml") if p.level is DistressLevel.ACUTE]
    assert {p.steps[-1].whom for p in acute} == {Whom.ON_CALL_NUMBER}


def test_high_is_told_in_working_hours_and_still_moves_on() -> None:
    (high,) = [p for p in load_policies(PROGRAM / "escalation.yml") if p.level is DistressLevel.HIGH]
    assert high.only_in_hours
    assert len(high.steps) > 1


@pytest.mark.parametrize("resource", SAMPLE, ids=lambda r: r.id)
def test_the_sample_directory_is_plainly_invented(resource: ResourceSeed) -> None:
    assert FICTION.fullmatch(resource.phone)
    assert resource.id.startswith("sample-")


@pytest.mark.parametrize("need", sorted(NEEDS))
def test_the_sample_directory_has_help_near_63106_for_every_need(need: str) -> None:
    assert [r for r in SAMPLE if need in r.needs and "63106" in r.service_areas] or need == "other"
    assert [r for r in SAMPLE if need in r.needs]


@pytest.mark.parametrize("resource", NATIONAL, ids=lambda r: r.id)
def test_a_national_line_names_its_source_and_the_day_it_was_compared(resource: ResourceSeed) -> None:
    assert resource.url
    assert resource.url.startswith("https://")
    assert resource.assured_date <= date(2026, 11, 23)
    assert re.fullmatch(r"988|211|1-8\d\d-\d{3}-\d{4}", resource.phone)


@pytest.mark.parametrize("resource", NATIONAL + SAMPLE, ids=lambda r: r.id)
def test_help_that_is_offered_by_text_gives_nobody_away(resource: ResourceSeed) -> None:
    assert not (resource.confidential and resource.needs)
    if resource.needs:
        assert not TABOO.search(resource.name)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("resource", NATIONAL + SAMPLE, ids=lambda r: r.id)
def test_every_offer_fits(resource: ResourceSeed, language: Language) -> None:
    hours = [Schedule(s.opens_at, s.closes_at, ",".join(s.days)) for s in resource.schedules]
    slots = {**SLOTS, "name": resource.name, "phone": resource.phone, "hours": hours_in_words(hours, language)}
    for key in ("resource.offer", "resource.closed_now"):
        text = WORDING.render(key, language, SafetyMode.NEUTRAL, **slots)
        assert segments(text) <= (1 if language is Language.ENGLISH else 2), text


def test_the_demo_has_two_clinicians_who_can_take_over_from_one_another() -> None:
    staff = {s.login: s for s in PROGRAMME.staff}
    assert {"lee", "ortiz", "rivera", "okafor", "admin"} <= staff.keys()
    assert staff["lee"].role is staff["ortiz"].role is Role.CLINICIAN
    assert staff["lee"].team == staff["ortiz"].team
    assert {t.staff for r in PROGRAMME.rotas for t in r.turns if r.team == staff["lee"].team} == {"lee", "ortiz"}


def test_the_demos_numbers_are_from_the_range_kept_for_fiction_and_nobody_shares_one() -> None:
    numbers = [s.phone for s in PROGRAMME.staff if s.phone] + [PROGRAMME.on_call_number]
    assert all(FICTION.fullmatch(number) for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_the_demos_programme_has_a_neutral_name_and_a_real_zone() -> None:
    assert not TABOO.search(PROGRAMME.name)
    assert ZoneInfo(PROGRAMME.zone).key == "America/Chicago"
    assert (PROGRAMME.opens, PROGRAMME.closes) == (9, 20)
