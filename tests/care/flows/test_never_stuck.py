"""Nobody is left without an honest answer: at night, without words, on the phone, or with what only a person can do."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from bot import directives as d
from checkback.care.flows.calls import ReceivedCall, receive_call, without_database
from checkback.care.model import CheckIn, Contact, Escalation, Family, OptOut, SafetyPreference, StaffMember, Task
from checkback.care.ports import Turn
from checkback.care.terms import Language, Role, SafetyMode, TaskKind
from tests.care.conftest import ON_SQLITE
from tests.story import ANA, FAMILY_LINE, HeldPhone, House

#: A Friday night and a Thursday noon in Missouri.
FRIDAY_NIGHT = datetime(2026, 3, 7, 4, 30, tzinfo=UTC)
THURSDAY_NOON = datetime(2026, 3, 5, 18, 0, tzinfo=UTC)
STRANGER = "+13145550177"


@pytest.fixture
def agreed(house: House, ana: HeldPhone) -> House:
    house.enrols()
    house.works()
    ana.texts("1")
    return house


def makes_safe(house: House) -> None:
    with house.rt.store.begin("test") as tx:
        for safety in tx.session.query(SafetyPreference).all():
            safety.mode, safety.said_safe_at = SafetyMode.SAFE, tx.now
            tx.record("safety.changed", safety)


def says(house: House, *blocks: d.Block) -> None:
    house.assistant.says_next = Turn("any", 0.9, list(blocks))


def kinds(house: House) -> list[TaskKind]:
    return [task.kind for task in house.all(Task)]


def test_at_night_they_are_told_when_somebody_reads(agreed: House, ana: HeldPhone) -> None:
    agreed.sets_clock(FRIDAY_NIGHT)
    ana.texts("the purple one was on the bridge")
    assert "The team is back Monday at 9 am and will read it then." in ana.last
    assert TaskKind.TEXT_TO_READ in kinds(agreed)


def test_at_night_a_call_that_is_asked_for_is_not_promised_for_the_night(agreed: House, ana: HeldPhone) -> None:
    agreed.sets_clock(FRIDAY_NIGHT)
    ana.texts("call me")
    assert "The team is back Monday at 9 am." in ana.last


def test_at_noon_nobody_is_sent_to_another_day(agreed: House, ana: HeldPhone) -> None:
    ana.texts("the purple one was on the bridge")
    assert "A person on the team will read it." in ana.last


def test_at_night_a_crisis_pages_all_the_same(agreed: House, ana: HeldPhone) -> None:
    agreed.sets_clock(FRIDAY_NIGHT)
    ana.texts("i want to kill myself")
    (raised,) = agreed.all(Escalation)
    assert raised.level == "acute"
    assert "back Monday" not in ana.last


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("audio/amr", "voice note"),
        ("text/vcard", "contact you sent"),
        ("image/jpeg", "picture"),
        ("unknown", "picture"),
    ],
)
def test_what_has_no_words_is_answered_as_what_it_is(agreed: House, ana: HeldPhone, kind: str, said: str) -> None:
    media = json.dumps([{"url": "https://example.org/1", "type": kind}])
    ana.texts("", media_count=1, media=media)
    assert said in ana.last
    assert TaskKind.PICTURE in kinds(agreed)


def test_a_familys_call_becomes_a_task_once_and_is_answered_in_both_languages(agreed: House) -> None:
    call = ReceivedCall("CA" + "1" * 32, ANA, FAMILY_LINE)
    heard = [receive_call(agreed.rt, call) for _ in range(2)]
    assert heard[0] == heard[1]
    assert [language for language, _ in heard[0].words] == [Language.ENGLISH, Language.SPANISH]
    assert all("911" in words and "988" in words for _, words in heard[0].words)
    assert "will call you back" in heard[0].words[0][1]
    assert kinds(agreed).count(TaskKind.CALL_BACK) == 1


def test_a_strangers_call_promises_no_call_and_says_nothing_of_anybody(agreed: House) -> None:
    heard = receive_call(agreed.rt, ReceivedCall("CA" + "2" * 32, STRANGER, FAMILY_LINE))
    assert "call you back" not in heard.words[0][1]
    assert kinds(agreed).count(TaskKind.UNKNOWN_SENDER) == 1


def test_a_withheld_number_hears_where_help_is(agreed: House) -> None:
    heard = receive_call(agreed.rt, ReceivedCall("CA" + "3" * 32, "anonymous", FAMILY_LINE))
    assert "911" in heard.words[0][1]
    assert TaskKind.CALL_BACK not in kinds(agreed)


def test_without_a_database_no_call_back_is_promised(agreed: House) -> None:
    assert all("911" in words and "call you" not in words for _, words in without_database(agreed.rt).words)


def test_a_word_against_their_worker_goes_to_somebody_else(agreed: House, ana: HeldPhone) -> None:
    says(agreed, d.AskPerson("complaint"), d.Say("complaint.heard"))
    ana.texts("nobody ever came")
    (task,) = [task for task in agreed.all(Task) if task.kind is TaskKind.TEXT_TO_READ]
    (owner,) = [member for member in agreed.all(StaffMember) if member.id == task.owner_id]
    assert owner.role is Role.COORDINATOR


def test_a_shared_phone_is_shown_no_more_than_a_neutral_one(agreed: House, ana: HeldPhone) -> None:
    makes_safe(agreed)
    says(agreed, d.AskPerson("shared-phone"), d.Say("shared.noted"))
    ana.texts("my sister reads this too")
    assert {safety.mode for safety in agreed.all(SafetyPreference)} == {SafetyMode.NEUTRAL}


def test_not_now_keeps_the_question_and_names_the_day_it_comes_again(agreed: House, ana: HeldPhone) -> None:
    _reaches(agreed, "check_in.opening")
    says(agreed, d.AskLater("on friday"))
    ana.texts("not now, friday")
    (again,) = [c for c in agreed.all(CheckIn) if c.step.startswith("later-")]
    assert "Friday" in ana.last
    assert again.wording == "check_in.again"


def test_when_we_write_again_is_told_by_its_day(agreed: House, ana: HeldPhone) -> None:
    says(agreed, d.TellNext())
    ana.texts("when will you write again")
    assert "We plan to write to you again on" in ana.last


@pytest.mark.parametrize(
    ("mode", "asks"), [(SafetyMode.SAFE, "told us about your sleep"), (SafetyMode.NEUTRAL, "checking in again")]
)
def test_what_was_hard_is_asked_after_on_a_safe_phone_alone(
    agreed: House, ana: HeldPhone, mode: SafetyMode, asks: str
) -> None:
    says(agreed, d.RecordAnswer("check_in.theme", "sleep"), d.Say("check_in.sorry"))
    ana.texts("we can not sleep")
    makes_safe(agreed)
    with agreed.rt.store.begin("test") as tx:
        for safety in tx.session.query(SafetyPreference).all():
            safety.mode = mode
            tx.record("safety.changed", safety)
    _reaches(agreed, "check_in.again")
    assert any(asks in text for text in ana.got)


@pytest.mark.parametrize(("ages", "asks"), [("2, 15", "little ones"), ("9", "tummy aches"), ("15", "your teen")])
def test_children_are_asked_after_by_their_age(agreed: House, ana: HeldPhone, ages: str, asks: str) -> None:
    makes_safe(agreed)
    with agreed.rt.store.begin("test") as tx:
        for family in tx.session.query(Family).all():
            family.child_ages = ages
            tx.record("family.changed", family)
    _reaches(agreed, "check_in.home")
    assert any(asks in text for text in ana.got)


def test_children_are_asked_after_by_their_age_on_a_safe_phone_alone(agreed: House, ana: HeldPhone) -> None:
    with agreed.rt.store.begin("test") as tx:
        for family in tx.session.query(Family).all():
            family.child_ages = "9"
            tx.record("family.changed", family)
    _reaches(agreed, "check_in.home")
    assert "How is everyone at home" in ana.last


def _reaches(house: House, wording: str) -> None:
    """A check-in with this wording is all that is left, and falls due at noon."""
    with house.rt.store.begin("test") as tx:
        left = tx.session.query(CheckIn).all()
        for other in left:
            if other.step != "promised":
                tx.session.delete(other)
        (promised,) = [one for one in left if one.step == "promised"]
        promised.wording, promised.due_at = wording, THURSDAY_NOON
        promised.send_before = THURSDAY_NOON.replace(hour=20)
        tx.record("check-in.changed", promised)
    house.sets_clock(THURSDAY_NOON)
    house.works()


def mumbles(house: House, phone: HeldPhone, text: str, **more: object) -> None:
    """They write what the assistant makes nothing of."""
    house.assistant.says_next = Turn("nlu_fallback", 0.35, [d.Say("fallback.heard")])
    phone.texts(text, **more)


FIRST, READ, THIS_TOO = "just name it", "got your message. A person on the team", "got this one too"


def test_what_nobody_understands_is_told_what_it_can_write_and_the_second_in_a_row_goes_to_a_person(
    agreed: House, ana: HeldPhone
) -> None:
    mumbles(agreed, ana, "asdf")
    assert FIRST in ana.last
    assert agreed.tasks == []
    agreed.clock.tick(hours=24)
    mumbles(agreed, ana, "the purple one")
    assert READ in ana.last
    assert agreed.tasks == ["text-to-read"]
    mumbles(agreed, ana, "blub blub")
    assert THIS_TOO in ana.last
    assert agreed.tasks == ["text-to-read", "text-to-read"]


@ON_SQLITE
def test_after_what_was_understood_it_begins_anew(agreed: House, ana: HeldPhone) -> None:
    mumbles(agreed, ana, "asdf")
    says(agreed, d.Say("thanks.welcome"))
    ana.texts("ok thank you")
    mumbles(agreed, ana, "qwer")
    assert FIRST in ana.last


@ON_SQLITE
@pytest.mark.parametrize("before", ["i cannot cope", "it makes me sad"])
def test_with_a_disclosure_the_first_goes_to_a_person_at_once(agreed: House, ana: HeldPhone, before: str) -> None:
    mumbles(agreed, ana, before)
    mumbles(agreed, ana, "asdf")
    assert FIRST not in "".join(ana.got)
    assert TaskKind.TEXT_TO_READ in kinds(agreed)


@ON_SQLITE
def test_what_answers_a_question_of_ours_goes_to_a_person_at_once(agreed: House, ana: HeldPhone) -> None:
    _reaches(agreed, "check_in.opening")
    mumbles(agreed, ana, "its like the purple one")
    assert READ in ana.last
    assert TaskKind.TEXT_TO_READ in kinds(agreed)


@ON_SQLITE
def test_with_a_picture_it_goes_to_a_person_at_once(agreed: House, ana: HeldPhone) -> None:
    mumbles(
        agreed, ana, "asdf", media_count=1, media=json.dumps([{"url": "https://example.org/1", "type": "image/png"}])
    )
    assert READ in ana.last


@ON_SQLITE
def test_on_an_unsafe_phone_what_they_can_write_is_not_shown(agreed: House, ana: HeldPhone) -> None:
    agreed.marks_phones(SafetyMode.UNSAFE)
    mumbles(agreed, ana, "asdf")
    assert FIRST not in ana.last
    assert TaskKind.TEXT_TO_READ in kinds(agreed)


@pytest.mark.parametrize("text", ["stop texting me until monday pls", "stop texting hasta el lunes"])
def test_no_texts_until_a_day_is_a_pause_and_no_opt_out(agreed: House, ana: HeldPhone, text: str) -> None:
    ana.texts(text)
    assert agreed.all(OptOut) == []
    assert agreed.all(Contact)[0].paused_until == datetime(2026, 3, 9, 5, 0, tzinfo=UTC)
    assert "no check-ins from us until Monday, Mar 9" in ana.last
    assert agreed.tasks == ["pause"]


@ON_SQLITE
def test_a_pause_beside_distress_is_kept_and_people_are_told(agreed: House, ana: HeldPhone) -> None:
    ana.texts("stop texting me until monday he hits me")
    assert agreed.all(Contact)[0].paused_until is not None
    assert agreed.escalation.level == "acute"


@ON_SQLITE
@pytest.mark.parametrize("text", ["stop texting me", "stop texting me until you learn some manners"])
def test_no_texts_and_no_day_is_an_opt_out(agreed: House, ana: HeldPhone, text: str) -> None:
    ana.texts(text)
    assert len(agreed.all(OptOut)) == 1


@ON_SQLITE
def test_no_answer_there_is_said_of_the_place_we_named_and_ends_no_texts(agreed: House, ana: HeldPhone) -> None:
    ana.texts("we need a crib")
    agreed.rt.screen.takes_for_opt_out = "no contestan"  # type: ignore[attr-defined]
    ana.texts("No contestan en ese número")
    assert agreed.all(OptOut) == []
    assert "help-failed" in agreed.tasks
