"""A questionnaire comes with a plan, is asked by text item by item, and ends in one of its ways: in both languages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest

from bot import directives as d
from checkback.care.errors import CareError
from checkback.care.flows import escalations, family_events, plan_versions, screenings
from checkback.care.flows.enrolment import NewContact
from checkback.care.flows.family_events import NewHours
from checkback.care.model import CheckIn, Contact, DistressSignal, Escalation, Screening, StaffMember, Task
from checkback.care.ports import Turn
from checkback.care.rules.segments import segments
from checkback.care.steps import instruments
from checkback.care.terms import (
    CheckInState,
    Danger,
    DistressLevel,
    EscalationOutcome,
    Language,
    SafetyMode,
    ScreeningState,
    TaskKind,
    TaskState,
    Urgency,
)
from tests.story import ANA, HeldPhone, House

PLAN = """
name: short
steps:
  - {step: promised, after_hours: 48, window: [9, 20], late: {policy: task, within_hours: 24}, dialogue: check-in}
  - {step: mood, after_days: 7, window: [9, 20], late: {policy: task, within_hours: 48}, instrument: phq-2}
"""
DAY_30 = PLAN.replace("after_days: 7", "after_days: 30").replace("phq-2", "pc-ptsd-5")
OPENS = "We have a few short questions about how you have been."
LITTLE_INTEREST, DOWN = "Little interest or pleasure in doing things", "Feeling down, depressed, or hopeless"


def follows(house: House, folder: Path, plan: str, *contacts: NewContact, mode: SafetyMode = SafetyMode.SAFE) -> None:
    """A family is enrolled on this plan, has agreed, answered what was promised, and their phone is known to be so."""
    (folder / "short.yml").write_text(plan, "utf-8")
    plan_versions.draft(house.rt, folder / "short.yml", "lee")
    plan_versions.approve(house.rt, "short", "ortiz")
    house.enrols(plan="short", contacts=list(contacts or (NewContact("Ana Morales", ANA),)))
    house.works()
    phone = house.phone(ANA)
    phone.texts("1")
    house.clock.tick(hours=48)
    house.works()
    phone.texts("we are fine")
    house.marks_phones(mode)


def days_later(house: House, days: float) -> None:
    """So much later; by then nobody has said anything new of who reads the phone."""
    mode = house.marks_phones
    house.clock.tick(hours=24 * days)
    mode(SafetyMode.SAFE)
    house.works()


def promise(house: House) -> CheckIn:
    (only,) = house.promises("mood")
    return only


def sheet(house: House) -> Screening:
    (only,) = house.all(Screening)
    return only  # type: ignore[no-any-return]


def answers(house: House) -> dict[str, int | None]:
    return json.loads(sheet(house).answers)  # type: ignore[no-any-return]


def details(house: House, kind: TaskKind) -> list[str | None]:
    return [task.detail for task in house.all(Task) if task.kind is kind and task.state is TaskState.OPEN]


@pytest.fixture
def asked(house: House, ana: HeldPhone, tmp_path: Path) -> House:
    """Ana reads whether we may ask."""
    follows(house, tmp_path, PLAN)
    days_later(house, 5)
    assert OPENS in ana.last
    ana.news  # noqa: B018 - what came before is read
    return house


@pytest.fixture
def begun(asked: House, ana: HeldPhone) -> House:
    """Ana reads the first item."""
    ana.texts("1")
    assert LITTLE_INTEREST in ana.last
    ana.news  # noqa: B018
    return asked


def test_two_items_are_asked_one_by_one_and_nobody_is_told_of_a_score(asked, ana):
    assert sheet(asked).state is ScreeningState.OFFERED
    ana.texts("1")
    (first,) = ana.news
    assert first == (
        "Over the last 2 weeks, how often have you been bothered by the following problems? Little interest or "
        "pleasure in doing things. Reply 0 Not at all, 1 Several days, 2 More than half the days, 3 Nearly every day."
    )
    assert promise(asked).state is CheckInState.ANSWERED
    ana.texts("1")
    assert DOWN in ana.last and "how often" in ana.last
    assert answers(asked) == {"1": 1}
    ana.texts("0")
    assert ana.last.startswith("Thank you. Those were all our questions.")
    kept = sheet(asked)
    assert (kept.state, kept.language, answers(asked)) == (
        ScreeningState.FINISHED,
        Language.ENGLISH,
        {"1": 1, "2": 0},
    )
    assert json.loads(kept.score or "")["total"] == 1
    assert asked.all(Escalation) == []
    assert TaskKind.DISTRESS not in asked.tasks
    assert not any(word in " ".join(ana.got).lower() for word in ("score", "diagnos", "depression", "phq"))
    ana.texts("2")  # nothing is asked any more
    assert answers(asked) == {"1": 1, "2": 0}


def test_the_same_in_spanish_in_words_and_from_the_cut_off_on_a_clinician_is_asked(house, ana, tmp_path):
    follows(house, tmp_path, PLAN, NewContact("Ana Morales", ANA, language=Language.SPANISH))
    days_later(house, 5)
    assert "Tenemos unas preguntas cortas" in ana.last
    ana.texts("sí")
    assert "Poco interés o placer en hacer cosas" in ana.last and "0 Ningún día" in ana.last
    ana.texts("Varios días.")
    assert "Se ha sentido decaído(a), deprimido(a) o sin esperanzas" in ana.last
    ana.texts("casi todos los días")
    assert ana.last.startswith("Gracias. Esas fueron todas las preguntas. Alguien del equipo")
    kept = sheet(house)
    assert (kept.language, answers(house)) == (Language.SPANISH, {"1": 1, "2": 3})
    found = house.escalation
    assert (found.level, found.urgency, found.danger) == (DistressLevel.HIGH, None, Danger.DISTRESS)
    (signal,) = house.all(DistressSignal)
    assert signal.screen_version == "screening:phq-2@2003"
    assert TaskKind.DISTRESS in house.tasks


@pytest.mark.parametrize(("first", "second", "is_over"), [("2", "1", True), ("1", "1", False), ("0", "3", True)])
def test_a_concern_is_raised_from_the_cut_off_on_and_not_below_it(begun, ana, first, second, is_over):
    ana.texts(first)
    ana.texts(second)
    assert bool(begun.all(Escalation)) is is_over
    assert ("in touch" in ana.last) is is_over


@pytest.mark.parametrize("mode", [SafetyMode.NEUTRAL, SafetyMode.UNSAFE])
def test_a_phone_that_was_not_said_to_be_safe_gets_none_and_a_person_is_asked(house, ana, tmp_path, mode):
    follows(house, tmp_path, PLAN, mode=mode)
    before = len(ana.got)
    house.clock.tick(hours=24 * 5)
    house.works()
    assert len(ana.got) == before
    assert (promise(house).state, promise(house).reason) == (CheckInState.HANDED_OVER, "phone-not-safe")
    assert details(house, TaskKind.SCREENING) == ["phone-not-safe"]
    assert house.all(Screening) == []


def test_a_phone_that_is_not_safe_any_more_gets_no_further_item(begun, ana):
    begun.marks_phones(SafetyMode.NEUTRAL)
    ana.texts("1")
    assert ana.last == "Thank you. A person on the team will ask you in another way."
    assert (sheet(begun).state, sheet(begun).reason) == (ScreeningState.HANDED_OVER, "phone-not-safe")
    assert TaskKind.SCREENING in begun.tasks


def test_a_language_without_published_words_is_asked_by_a_person(house, ana, tmp_path):
    follows(house, tmp_path, DAY_30, NewContact("Ana Morales", ANA, language=Language.SPANISH))
    days_later(house, 28)
    assert promise(house).state is CheckInState.HANDED_OVER
    assert details(house, TaskKind.SCREENING) == ["other-language"]
    assert all("trauma" not in text for text in ana.got)


def test_distress_in_the_middle_comes_first_and_no_item_is_asked_again(begun, ana):
    ana.texts("2")
    assert DOWN in ana.last
    ana.news  # noqa: B018
    ana.texts("I want to kill myself")
    assert "988" in ana.last and DOWN not in ana.last
    kept = sheet(begun)
    assert (kept.state, kept.reason, answers(begun)) == (ScreeningState.STOPPED, "distress", {"1": 2})
    assert begun.escalation.level is DistressLevel.ACUTE
    ana.texts("3")
    escalations.resolve(begun.rt, begun.escalation.number, staff(begun, "lee"), EscalationOutcome.REACHED)
    begun.works()
    for _ in range(9):
        days_later(begun, 1)
    assert not any(DOWN in text or LITTLE_INTEREST in text for text in ana.news)
    assert answers(begun) == {"1": 2}


def test_an_item_on_its_way_is_taken_back_when_they_write_of_distress(begun, ana):
    begun.carrier.is_down = True
    ana.texts("1")
    begun.receives("I cannot cope, nobody is helping", from_=ANA, to=ana.line)
    begun.receives("I want to kill myself", from_=ANA, to=ana.line)
    begun.carrier.is_down = False
    begun.clock.tick(minutes=2)
    begun.works(8)
    assert not any(DOWN in text for text in ana.news)


def test_while_somebody_looks_after_distress_none_begins(house, ana, tmp_path):
    follows(house, tmp_path, PLAN)
    house.clock.tick(hours=24 * 4)
    ana.texts("I want to kill myself")
    days_later(house, 1)
    assert not any(OPENS in text for text in ana.got)
    assert promise(house).state is CheckInState.PLANNED


def test_not_before_the_thirtieth_day_whatever_the_plan_counts_from(house, ana, tmp_path):
    sooner = DAY_30.replace("after_days: 30", "after_answer_days: 5").replace("within_hours: 48", "within_hours: 96")
    follows(house, tmp_path, sooner)
    days_later(house, 6)
    assert not any("short questions" in text for text in ana.got)
    assert promise(house).state is CheckInState.PLANNED
    days_later(house, 21.5)
    assert not any("short questions" in text for text in ana.got)
    days_later(house, 1.6)
    assert "short questions" in ana.last


def test_a_plan_that_asks_too_soon_or_what_only_a_person_asks_is_refused(house, tmp_path):
    def refusal(plan: str) -> str:
        (tmp_path / "short.yml").write_text(plan, "utf-8")
        with pytest.raises(CareError) as refused:
            plan_versions.draft(house.rt, tmp_path / "short.yml", "lee")
        return str(refused.value)

    assert "not asked before day 30" in refusal(DAY_30.replace("after_days: 30", "after_days: 29"))
    assert "not asked before day 30" in refusal(DAY_30.replace("after_days: 30", "after_months: 1"))
    assert "asked by a person" in refusal(PLAN.replace("phq-2", "asq"))
    assert "no questionnaire 'gad-7'; write one of asq, pc-ptsd-5, phq-2, phq-4" in refusal(
        PLAN.replace("phq-2", "gad-7")
    )
    assert "take this out" in refusal(PLAN.replace("phq-2", "phq-2, dialogue: check-in"))
    assert "take this out" in refusal(PLAN.replace("phq-2", "phq-2, wording: check_in.again"))


def test_the_five_of_the_thirtieth_day_are_one_and_two_and_without_an_event_it_ends(house, ana, tmp_path):
    follows(house, tmp_path, DAY_30)
    days_later(house, 28)
    ana.texts("ok")
    assert "seeing someone be killed or seriously injured" in ana.last
    assert ana.last.endswith("Reply 1 Yes, 2 No.")
    ana.texts("1")
    assert "Had nightmares" in ana.last and "frightening" not in ana.last
    for said in ("2", "yes", "no", "0"):
        ana.texts(said)
    ana.texts("Yes.")
    assert sheet(house).state is ScreeningState.FINISHED
    assert answers(house) == {"1": 1, "2": 0, "3": 1, "4": 0, "5": 0, "6": 1}
    assert house.all(Escalation) == []


def test_who_says_no_is_not_asked_and_not_asked_again(asked, ana):
    ana.texts("2")
    assert ana.last == "That is all right. We will not ask you these questions. You can write to us as before."
    assert sheet(asked).state is ScreeningState.DECLINED
    for _ in range(9):
        days_later(asked, 1)
    assert ana.last.startswith("That is all right.")


def test_later_means_the_next_day_and_goes_on_where_it_stopped(begun, ana):
    ana.texts("3")
    ana.news  # noqa: B018
    ana.texts("not now")
    (told,) = ana.news
    assert told.startswith("Of course.") or "Wednesday" in told or "Mar" in told
    assert answers(begun) == {"1": 3}
    days_later(begun, 1)
    (again,) = ana.news
    assert "We still have a few short questions" in again
    ana.texts("1")
    assert DOWN in ana.last and LITTLE_INTEREST not in ana.last
    ana.texts("0")
    assert answers(begun) == {"1": 3, "2": 0}
    assert sheet(begun).state is ScreeningState.FINISHED


def test_it_runs_out_with_the_answers_there_are(begun, ana):
    ana.texts("1")
    ana.news  # noqa: B018
    for _ in range(9):
        days_later(begun, 1)
    kept = sheet(begun)
    assert (kept.state, kept.score, answers(begun)) == (ScreeningState.EXPIRED, None, {"1": 1})
    ana.texts("2")
    assert answers(begun) == {"1": 1}


def test_what_is_over_a_cut_off_already_is_seen_by_a_person_when_it_runs_out(begun, ana):
    ana.texts("3")
    for _ in range(9):
        days_later(begun, 1)
    assert sheet(begun).state is ScreeningState.EXPIRED
    assert details(begun, TaskKind.DISTRESS) == ["The answers to a questionnaire are over its cut-off so far."]


def test_a_question_of_their_own_is_answered_and_the_item_asked_again(begun, ana):
    begun.assistant.says_next = Turn("who_are_you", 1.0, [d.Say("about.who")])
    ana.texts("who is this again?")
    assert begun.assistant.contexts[-1].asked is None
    assert ana.last.startswith("We are") or "Riverbend" in ana.last
    assert LITTLE_INTEREST in ana.last
    ana.texts("a lot")
    assert answers(begun) == {"1": 3}
    begun.assistant.says_next = Turn("state_need", 1.0, [d.OfferResources("baby-things")])
    ana.texts("and we need a crib")
    assert "Cradle Corner" in ana.last and DOWN not in ana.last, "an answer that asks something itself has its turn"
    days_later(begun, 1)
    assert "We still have a few short questions" in ana.last


def test_an_unclear_answer_is_asked_once_again_kindly_and_then_by_a_person(begun, ana):
    for place in range(2):
        begun.assistant.says_next = Turn("nlu_fallback", 0.1, [d.Say("fallback.heard")])
        ana.texts("it comes and goes")
        if place == 0:
            assert ana.last.startswith("Thank you for telling us. So that we note it right, please pick the number")
            assert LITTLE_INTEREST in ana.last
    assert ana.last == "Thank you. A person on the team will ask you in another way."
    assert (sheet(begun).state, sheet(begun).reason) == (ScreeningState.HANDED_OVER, "not-clear")
    assert details(begun, TaskKind.SCREENING) == ["not-clear"]


def test_a_clear_answer_in_between_gives_the_next_item_its_own_second_try(begun, ana):
    def unclear() -> None:
        begun.assistant.says_next = Turn("affirm", 0.9, [d.Say("fallback.heard")])
        ana.texts("it comes and goes")

    unclear()
    ana.texts("1")
    assert DOWN in ana.last
    unclear()
    assert DOWN in ana.last
    assert sheet(begun).is_open


def test_an_answer_pressed_twice_answers_one_item(begun, ana):
    begun.receives("1", from_=ANA, to=ana.line)
    begun.works(2)
    begun.carrier.is_down = True
    begun.clock.tick(seconds=1)
    assert answers(begun) == {"1": 1}
    begun.carrier.is_down = False
    begun.works()
    ana.texts("1\n1")
    assert answers(begun) == {"1": 1}, "two numbers in one text are no answer"


def test_who_would_rather_not_say_is_asked_the_next_and_there_is_no_score(begun, ana):
    ana.texts("I'd rather not say")
    assert DOWN in ana.last
    ana.texts("0")
    kept = sheet(begun)
    assert (kept.state, kept.score, answers(begun)) == (ScreeningState.FINISHED, None, {"1": None, "2": 0})


def test_an_end_of_texts_ends_the_questions(begun, ana):
    ana.texts("stop")
    assert (sheet(begun).state, sheet(begun).reason) == (ScreeningState.STOPPED, "opted-out")
    before = len(ana.got)
    ana.texts("2")
    assert len(ana.got) == before
    assert answers(begun) == {}


def test_no_item_starts_outside_their_own_hours(house, ana, tmp_path):
    follows(house, tmp_path, PLAN)
    family_events.set_hours(house.rt, "F-12", NewHours(opens=15, closes=18), "lee")
    days_later(house, 5)
    assert not any(OPENS in text for text in ana.got)
    house.clock.tick(hours=5)
    house.works()
    assert OPENS in ana.last


def test_a_minor_is_asked_by_a_person(house, ana, tmp_path):
    follows(house, tmp_path, PLAN)
    with house.rt.store.begin("test.minor") as tx:
        contact = tx.session.query(Contact).one()
        contact.role, contact.is_minor = "daughter, 15", True
        tx.record("test.minor", contact)
    days_later(house, 5)
    assert not any(OPENS in text for text in ana.got)
    assert details(house, TaskKind.SCREENING) == ["not-for-this-age"]


def test_silence_to_the_opening_closes_the_promise_and_the_screening_runs_out(asked, ana):
    for _ in range(9):
        days_later(asked, 1)
    assert promise(asked).state is CheckInState.CLOSED_AFTER_SILENCE
    assert (sheet(asked).state, answers(asked)) == (ScreeningState.EXPIRED, {})
    assert details(asked, TaskKind.DISTRESS) == []


def test_every_text_of_the_phq_2_is_short_in_both_languages(begun, ana):
    assert all(segments(text) <= 2 for text in ana.got if LITTLE_INTEREST in text or DOWN in text)


def staff(house: House, login: str) -> UUID:
    found: StaffMember = next(member for member in house.all(StaffMember) if member.login == login)
    return found.id


def asks_in_person(house: House, *values: int | None) -> screenings.SeenScreening:
    given = dict(enumerate(values, start=1))
    return screenings.record(house.rt, "F-12", "asq", given, "lee")


def enrolled(house: House, ana: HeldPhone) -> None:
    house.enrols()
    house.works()
    ana.texts("1")


def test_a_yes_to_the_item_of_now_pages_as_danger_now(house, ana):
    enrolled(house, ana)
    kept = asks_in_person(house, 0, 1, 0, 0, 1)
    assert (kept.is_acute, kept.state, kept.asked_by is not None) == (True, ScreeningState.FINISHED, True)
    house.works()
    found = house.escalation
    assert (found.level, found.urgency, found.danger) == (DistressLevel.ACUTE, Urgency.EMERGENT, Danger.SUICIDE)
    assert len(house.phone("+13145550141").got) == 1, "the assigned clinician is told"


@pytest.mark.parametrize("values", [(0, 1, 0, 0, 0), (0, 0, 0, None, 0)], ids=["a yes", "no answer"])
def test_any_yes_pages_at_once_and_less_than_danger_now(house, ana, values):
    enrolled(house, ana)
    asks_in_person(house, *values)
    found = house.escalation
    assert (found.level, found.urgency, found.danger) == (DistressLevel.ACUTE, Urgency.URGENT, Danger.SUICIDE)


def test_four_times_no_pages_nobody(house, ana):
    enrolled(house, ana)
    assert asks_in_person(house, 0, 0, 0, 0).total == 0
    assert house.all(Escalation) == []


def test_answers_that_are_not_whole_are_refused_and_nothing_is_kept(house, ana):
    enrolled(house, ana)
    for values in ((0, 1, 0, 0), (0, 2, 0, 0, 0)):
        with pytest.raises(CareError, match="answers:"):
            asks_in_person(house, *values)
    with pytest.raises(CareError):
        screenings.record(house.rt, "F-12", "gad-7", {1: 0}, "lee")
    assert house.all(Screening) == []


def test_staff_see_what_was_answered_over_time_and_each_look_leaves_a_line(begun, ana):
    ana.texts("2")
    ana.texts("2")
    seen: Sequence[screenings.SeenScreening] = screenings.of_family(begun.rt, "F-12", staff(begun, "lee"))
    (one,) = seen
    assert (one.title, one.version, one.answered, one.items, one.total, one.most) == ("PHQ-2", "2003", 2, 2, 4, 6)
    assert [(scale.name, scale.sum, scale.most, scale.is_over) for scale in one.scales] == [("mood", 4, 6, True)]
    assert len(one.checksum) == 64 and one.is_over_cut_off
    with pytest.raises(CareError):
        screenings.of_family(begun.rt, "F-99", staff(begun, "lee"))


def test_a_file_of_their_own_is_loaded_once_and_what_was_begun_goes_on_with_the_old(begun, ana, tmp_path):
    from tests.conftest import PROGRAM  # noqa: PLC0415

    mine = tmp_path / "phq-2.yml"
    mine.write_text("# ours\n" + (PROGRAM / "instruments" / "phq-2.yml").read_text("utf-8"), "utf-8")
    assert screenings.load(begun.rt, mine, "ortiz") == ("phq-2@2003", True)
    assert screenings.load(begun.rt, mine, "ortiz") == ("phq-2@2003", False)
    ana.texts("0")
    ana.texts("0")
    assert sheet(begun).state is ScreeningState.FINISHED
    with pytest.raises(CareError, match="officer"):
        screenings.load(begun.rt, mine, "okafor")
    mine.write_text("name: phq-2", "utf-8")
    with pytest.raises(CareError, match=r"phq-2\.yml"):
        screenings.load(begun.rt, mine, "ortiz")


def test_a_changed_file_of_the_house_takes_the_place_of_none_in_use(house, tmp_path):
    from tests.conftest import PROGRAM  # noqa: PLC0415

    text = (PROGRAM / "instruments" / "phq-2.yml").read_text("utf-8")
    with house.rt.store.begin("test.seeded") as tx:
        before = instruments.in_use(tx, "phq-2").id
        instruments.seed(tx, "phq-2.yml", text.replace("concern_from: 3", "concern_from: 6"))
        assert instruments.in_use(tx, "phq-2").id == before
        assert instruments.known(tx)["phq-2"].scales[0].concern_from == 3


def test_a_questionnaire_nobody_can_read_any_more_is_a_persons_to_ask(house, ana, tmp_path):
    follows(house, tmp_path, PLAN)
    with house.rt.store.begin("test.unreadable") as tx:
        row = instruments.in_use(tx, "phq-2")
        row.definition = "name: phq-2"
        tx.record("test.unreadable", row)
    for _ in range(4):
        days_later(house, 2)
    assert not any(OPENS in text for text in ana.got)
    assert promise(house).state is CheckInState.HANDED_OVER
