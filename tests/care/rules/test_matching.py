"""Which help is offered first, which not at all, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from checkback.care.rules.listings import Place, Schedule
from checkback.care.rules.matching import DISCLOSING, Help, Wanted, best
from checkback.care.rules.nearness import circles, reach_of, spot, spot_named
from checkback.care.terms import Language, SafetyMode

OFFICE = (Schedule("09:00", "17:00", "MO,TU,WE,TH,FR"),)
#: Tuesday, ten in the morning in St. Louis.
TUESDAY = datetime(2026, 3, 3, 16, tzinfo=UTC)
HOME = spot("63106")
HERE = frozenset({"zip:63106"})
WANTED = Wanted("food", HOME, circles(HOME), Language.ENGLISH, TUESDAY)


def place(name: str, **more: object) -> Help:
    known = Help(
        name, name, "314-555-0110", frozenset({"food"}), HERE, frozenset({"en"}), OFFICE, "America/Chicago",
        assured=date(2026, 2, 1),
    )  # fmt: skip
    return replace(known, **more)  # type: ignore[arg-type]


def names(*places: Help, **wanted: object) -> list[str]:
    return [match.help.name for match in best(places, replace(WANTED, **wanted), limit=9)]  # type: ignore[arg-type]


def test_near_comes_before_anywhere_language_before_open_and_open_before_the_alphabet():
    anywhere = place("a anywhere", reach=frozenset({"any"}))
    closed = place("b closed", schedules=(Schedule("18:00", "20:00", "TU"),))
    other_language = place("c spanish", languages=frozenset({"es"}))
    near, near_too = place("e near"), place("d near")
    found = names(anywhere, closed, other_language, near, near_too)
    assert found == ["d near", "e near", "b closed", "c spanish", "a anywhere"]


def test_what_nobody_assured_and_what_is_for_some_only_comes_later():
    stale = place("a stale", assured=TUESDAY.date() - timedelta(days=366))
    never = place("b never", assured=None)
    doubted = place("c doubted", wrong_reports=1)
    veterans = place("d veterans", narrow=True)
    assert names(veterans, stale, never, doubted, place("e true")) == [
        "e true", "a stale", "b never", "c doubted", "d veterans",
    ]  # fmt: skip


def test_of_two_alike_the_nearer_one_comes_first():
    near = place("z near", places=(Place(latitude=38.65, longitude=-90.2),))
    far = place("a far", places=(Place(latitude=38.8, longitude=-90.5),))
    assert names(far, near) == ["z near", "a far"]


@pytest.mark.parametrize(
    "change",
    [
        {"needs": frozenset({"housing"})},
        {"reach": frozenset({"zip:90210"})},
        {"phone": ""},
        {"status": "temporarily closed"},
        {"confidential": True},
        {"wrong_reports": 2},
        *({"discloses": kind} for kind in sorted(DISCLOSING)),
        {"minimum_age": 60.0},
    ],
    ids=str,
)
def test_what_does_not_help_or_gives_somebody_away_is_not_offered(change):
    assert names(place("p", **change)) == []


@pytest.mark.parametrize("kind", sorted(DISCLOSING))
@pytest.mark.parametrize("mode", SafetyMode)
def test_what_would_give_them_away_is_named_only_when_asked_for_and_on_a_safe_phone(kind, mode):
    discreet = place("p", needs=frozenset({kind, "food"}), discloses=kind)
    assert names(discreet, need=kind, mode=mode) == (["p"] if mode is SafetyMode.SAFE else [])
    assert names(discreet, need="food", mode=mode) == []


@pytest.mark.parametrize("mode", SafetyMode)
def test_a_name_that_says_what_happened_waits_for_a_safe_phone_too(mode):
    told = names(place("Crime Victim Center"), place("Plain Pantry"), mode=mode)
    assert told == (["Crime Victim Center", "Plain Pantry"] if mode is SafetyMode.SAFE else ["Plain Pantry"])


@pytest.mark.parametrize(
    ("need", "least", "most", "ages", "fits"),
    [
        ("child-counselling", 3, 17, (), True),
        ("child-counselling", 3, 17, (2.0,), False),
        ("child-counselling", 3, 17, (2.0, 17.0), True),
        ("baby-things", None, 2, (2.0,), True),
        ("baby-things", None, 2, (3.0,), False),
        ("food", 5, 12, (), False),
        ("food", 5, 12, (9.0,), True),
        ("food", 18, None, (), True),
        ("food", 60, None, (4.0,), False),
    ],
)
def test_age_is_that_of_who_is_helped(need, least, most, ages, fits):
    help_ = place("p", needs=frozenset({need}), minimum_age=least, maximum_age=most)
    assert names(help_, need=need, ages=ages) == (["p"] if fits else [])


def test_with_no_home_only_what_serves_anywhere_is_offered():
    anywhere = place("anywhere", reach=frozenset({"any"}))
    assert names(place("near"), anywhere, home=None, circles=circles(None)) == ["anywhere"]


def test_a_place_with_no_service_area_serves_whom_it_is_near_to():
    springfield = Place(latitude=37.2, longitude=-93.3)
    assert names(place("far", reach=frozenset({"cell:148:-374"}), places=(springfield,))) == []


def test_each_reason_can_be_read():
    (match,) = best([place("p", places=(Place(latitude=38.65, longitude=-90.2),))], WANTED)
    said = {reason.name: reason.detail for reason in match.reasons}
    assert said == {
        "place": "zip:63106",
        "language": "en",
        "for everybody": "",
        "hours": "open until 2026-03-03 17:00",
        "assured": "2026-02-01",
        "distance": "1 miles",
    }


@pytest.mark.parametrize(
    ("area", "reach"),
    [
        ("63106", "zip:63106"),
        ("St. Louis City, MO", "county:MO:st louis city"),
        ("Saint Louis County, Missouri", "county:MO:st louis"),
        ("Washington County, MO", "county:MO:washington"),
        ("Florissant", "city:MO:florissant"),
        ("Missouri", "state:MO"),
        ("Statewide - Missouri", "state:MO"),
        ("Nationwide", "any"),
        ("The north side and whoever else needs us", None),
        ("Miami-Dade County", None),
        ("Miami-Dade County, Florida", "county:FL:miami dade"),
    ],
)
def test_a_written_service_area_is_understood_or_not(area, reach):
    assert reach_of(area, ["MO"]) == reach


def test_a_town_is_found_in_the_state_of_their_home():
    florissant = spot_named("florissant", HOME)
    assert florissant is not None and florissant.county == "St. Louis County"
    assert spot_named("Atlantis", HOME) is None
    assert spot_named("63118", None) == spot("63118")
