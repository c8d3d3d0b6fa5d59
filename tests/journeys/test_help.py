"""A family names a need, is told of a place, and two days later we ask whether they got through: in both languages."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot import directives as d
from checkback.care.flows import resources
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import CheckIn, Resource, ResourceOffer, Task
from checkback.care.ports import Turn
from checkback.care.rules.segments import segments
from checkback.care.terms import CheckInState, Language, SafetyMode
from tests.story import ANA, HeldPhone, House


@pytest.fixture
def agreed(house: House, ana: HeldPhone) -> House:
    return agrees(house, ana, Language.ENGLISH)


def agrees(house: House, phone: HeldPhone, language: Language) -> House:
    house.enrols(contacts=[NewContact("Ana Morales", ANA, language=language)], promise_hours=24 * 14)
    house.works()
    phone.texts("1")
    return house


def needs(house: House, phone: HeldPhone, *what: str, place: str | None = None) -> str:
    house.works()  # what else is due goes first
    house.assistant.says_next = Turn("state_need", 1.0, [d.OfferResources(each, place) for each in what])
    phone.texts("we could use something")
    return phone.last


def two_days_later(house: House) -> None:
    house.clock.tick(hours=48)
    house.works()


def makes_safe(house: House, mode: SafetyMode = SafetyMode.SAFE) -> None:
    house.marks_phones(mode)


def follow_up(house: House) -> CheckIn:
    found: CheckIn
    (found,) = [c for c in house.all(CheckIn) if c.wording == "help.through"]
    return found


def entry(house: House, source_id: str = "sample-cradle-corner") -> Resource:
    found: Resource
    (found,) = [r for r in house.all(Resource) if r.source_id == source_id]
    return found


def test_need_offer_and_two_days_later_they_helped(agreed, ana):
    told = needs(agreed, ana, "baby-things")
    assert "Cradle Corner, 314-555-0111" in told and "Things for babies" in told and "NEXT" in told
    assert segments(told) <= 2
    two_days_later(agreed)
    assert ana.last.startswith("How did it go with the place we told you about?")
    assert "Cradle" not in ana.last
    ana.texts("1")
    assert ana.last == "We are glad to hear that. Thank you for telling us."
    assert follow_up(agreed).state is CheckInState.ANSWERED
    (offer,) = agreed.all(ResourceOffer)
    assert offer.outcome == "helped"
    assert agreed.tasks == []


def test_the_same_in_spanish_and_nobody_answered(house, ana):
    agrees(house, ana, Language.SPANISH)
    told = needs(house, ana, "baby-things")
    assert "Cradle Corner, 314-555-0111" in told and "Cosas de bebé" in told and "Hablan español" in told
    assert segments(told) <= 2
    two_days_later(house)
    assert ana.last.startswith("¿Cómo le fue con el lugar?")
    ana.texts("nadie contesta")
    assert ana.last.startswith("Lo sentimos. Pedimos a una persona del equipo")
    assert house.tasks == ["help-failed"]
    assert entry(house).no_answers == 1


@pytest.mark.parametrize(
    ("said", "outcome", "answer", "tasks"),
    [
        ("2", "waiting-list", "Waiting is hard", []),
        ("wait list", "waiting-list", "Waiting is hard", []),
        ("3.", "no-answer", "We are sorry", ["help-failed"]),
        ("Wrong number", "wrong-number", "We are sorry", ["help-failed"]),
        ("not yet", "not-called", "That is all right", []),
    ],
)
def test_what_came_of_it_is_kept_and_a_person_gets_what_failed(agreed, ana, said, outcome, answer, tasks):
    needs(agreed, ana, "baby-things")
    two_days_later(agreed)
    ana.texts(said)
    assert answer in ana.last
    assert agreed.all(ResourceOffer)[0].outcome == outcome
    assert agreed.tasks == tasks


def test_a_number_two_families_found_wrong_is_named_to_nobody_until_somebody_dials_it(agreed, ana):
    for _ in range(2):
        assert "Cradle Corner" in needs(agreed, ana, "baby-things")
        two_days_later(agreed)
        ana.texts("4")
        agreed.clock.tick(days=20)
    assert agreed.tasks.count("check-resource") == 1
    assert "Cradle Corner" not in needs(agreed, ana, "baby-things")
    resources.assure(agreed.rt, "sample-cradle-corner", "lee")
    agreed.clock.tick(days=20)
    assert "Cradle Corner" in needs(agreed, ana, "baby-things")


def test_next_names_another_and_in_the_end_a_person_looks(agreed, ana):
    first = needs(agreed, ana, "food")
    ana.texts("NEXT")
    second = ana.last
    assert "555-01" in second and second.split(",")[0] != first.split(",")[0]
    for _ in range(4):
        ana.texts("next please")
    assert "That is all we have for that" in ana.last
    assert "unmet-need" in agreed.tasks


def test_more_says_when_and_what_and_a_person_calls_for_them(agreed, ana):
    needs(agreed, ana, "food")
    ana.texts("more")
    assert "Orchard Table Pantry" in ana.last and "Mon, Wed, Fri 10 am-4 pm; Sat 9 am-1 pm" in ana.last
    assert "Groceries for a week" in ana.last
    assert segments(ana.last) <= 2
    ana.texts("call them for me")
    assert "We have asked a person on the team to call them for you" in ana.last
    (task,) = agreed.all(Task)
    assert str(task.kind) == "call-for-family" and "314-555-0113" in (task.detail or "")


@pytest.mark.parametrize("language", Language)
def test_several_needs_in_one_text_are_answered_in_two_parts(house, ana, language):
    agrees(house, ana, language)
    told = needs(house, ana, "baby-things", "legal-help", "food")
    assert all(name in told for name in ("Cradle Corner", "Orchard Table"))
    assert told.count("314-555-01") == 3
    assert segments(told) <= (2 if language is Language.ENGLISH else 3)


def test_these_words_mean_nothing_special_when_no_place_was_named(agreed, ana):
    ana.texts("more")
    assert agreed.assistant.asked[-1] == "more"


def test_places_named_together_are_asked_about_once(agreed, ana):
    needs(agreed, ana, "baby-things", "food")
    before = len(ana.got)
    two_days_later(agreed)
    assert len(ana.got) == before + 1
    assert follow_up(agreed).state is CheckInState.ASKED


def test_who_tells_us_before_we_ask_is_not_asked(agreed, ana):
    needs(agreed, ana, "baby-things")
    agreed.assistant.says_next = Turn("told", 1.0, [d.RecordHelp("helped")])
    ana.texts("they gave us a crib!")
    before = len(ana.got)
    two_days_later(agreed)
    assert len(ana.got) == before
    assert (follow_up(agreed).state, follow_up(agreed).reason) == (CheckInState.CANCELLED, "told-already")


def test_the_question_waits_for_their_hours_and_is_dropped_when_it_is_stale(agreed, ana):
    agreed.sets_clock(agreed.clock.now().replace(hour=3) + timedelta(days=1))  # nine in the evening in St. Louis
    needs(agreed, ana, "baby-things")
    before = len(ana.got)
    two_days_later(agreed)
    assert len(ana.got) == before
    agreed.clock.tick(days=4)
    agreed.works()
    assert len(ana.got) == before
    assert follow_up(agreed).state is CheckInState.CANCELLED
    assert "promise-late" not in agreed.tasks


def test_after_an_opt_out_nobody_is_asked(agreed, ana):
    needs(agreed, ana, "baby-things")
    ana.texts("STOP")
    before = len(ana.got)
    two_days_later(agreed)
    assert len(ana.got) == before


@pytest.mark.parametrize("need", ["substance-use", "hiv", "partner-violence"])
def test_what_would_give_them_away_is_told_by_a_person_unless_the_phone_is_safe(agreed, ana, need):
    told = needs(agreed, ana, need)
    assert "That is better talked about on a call" in told and "555-01" not in told
    assert agreed.tasks == ["unmet-need"]
    makes_safe(agreed)
    agreed.clock.tick(days=8)
    told = needs(agreed, ana, need)
    assert any(name in told for name in ("Clear Creek", "Marigold", "Open Window"))


def test_on_an_unsafe_phone_the_place_is_named_blandly_and_nobody_is_asked_later(agreed, ana):
    makes_safe(agreed, SafetyMode.UNSAFE)
    told = needs(agreed, ana, "counselling")
    assert "talk" not in told
    assert [c for c in agreed.all(CheckIn) if c.wording == "help.through"] == []


def test_when_nothing_is_open_they_hear_when_and_of_211_and_of_a_person(agreed, ana):
    agreed.sets_clock(datetime.fromisoformat("2026-03-08T23:30:00+00:00"))  # Sunday, half past six
    told = needs(agreed, ana, "locks-and-repairs")
    assert "They open Monday at 8 am" in told
    assert "211" in told and "CALL ME" in told


def test_a_place_they_name_after_an_offer_brings_another_while_there_is_one(agreed, ana):
    seen = [needs(agreed, ana, "food")]
    for _ in range(12):
        agreed.assistant.says_next = Turn("give_place", 1.0, [d.ContinueHelp("near", "63116")])
        ana.texts("63116")
        agreed.works()
        if ana.last in seen:
            break
        seen.append(ana.last)
    assert len(seen) >= 2, seen
    assert "555-01" in ana.last or "211" in ana.last, "when all are known, the best is named again, not nothing"
    assert "unmet-need" not in agreed.tasks


def test_a_line_known_by_its_number_is_not_named_twice(agreed, ana):
    with agreed.rt.store.begin("test.only-211") as tx:
        for resource in tx.session.query(Resource).filter(Resource.name != "211"):
            resource.status = "inactive"
            tx.record("test.inactive", resource)
    told = needs(agreed, ana, "food")
    assert "Help line, 211" in told and "211, 211" not in told
    ana.texts("MORE")
    assert ana.last.startswith("Help line, 211.")


def test_a_town_they_name_is_where_we_look(agreed, ana):
    needs(agreed, ana, "locks-and-repairs", place="63116")
    assert "Good Shutter" in ana.last
    needs(agreed, ana, "locks-and-repairs", place="Nowhere at all")
    assert "Key and Hinge" in ana.last, "a name we do not know: near their home"


def test_what_was_needed_and_not_found_can_be_counted(agreed, ana):
    needs(agreed, ana, "baby-things")
    two_days_later(agreed)
    ana.texts("3")
    needs(agreed, ana, "hiv")
    assert {(c.need, c.offered, c.unmet, c.failed) for c in resources.needs_met(agreed.rt)} == {
        ("baby-things", 1, 0, 1), ("hiv", 0, 1, 0),
    }  # fmt: skip
