"""People read again what the screen heard and let pass, and what it missed is told after all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text as sql

from checkback.care.errors import NotFound, WordsRefused
from checkback.care.flows import reviewing
from checkback.care.model import AuditEvent, InboundMessage, ScreeningReview, StaffMember, Task
from checkback.care.ports import Assessment
from checkback.care.terms import DistressLevel, ReviewReason, ReviewVerdict, ScreeningMode, Urgency
from tests.fakes import ListeningScreen
from tests.story import ON_CALL, HeldPhone, House


class KeenScreen(ListeningScreen):
    """The next version: it hears `no point` too, `sad` as high, and `reads my phone` no more."""

    def assess(self, text: str, recent: Sequence[str] = ()) -> Assessment:
        if "no point" in " ".join((*recent, text)):
            return Assessment(DistressLevel.ACUTE, Urgency.URGENT, version="fake-2")
        if "reads my phone" in text:
            return Assessment(DistressLevel.NONE, version="fake-2")
        return super().assess(text, recent)


@pytest.fixture
def written(house: House, ana: HeldPhone) -> House:
    """A family that wrote a few texts."""
    house.enrols()
    house.works()
    for body in ("he reads my phone", "there is no", "point any more", "thank you"):
        ana.texts(body)
    return house


def again(house: House, days: int = 30) -> reviewing.ScreenedAgain:
    now = house.clock.now()
    return reviewing.screen_again(house.rt, now - timedelta(days=days), now + timedelta(minutes=1))


def text_saying(house: House, words: str) -> InboundMessage:
    (found,) = [each for each in house.all(InboundMessage) if words in each.body]
    return found  # type: ignore[no-any-return]


def test_the_same_screen_hears_the_same_again(written: House) -> None:
    found = again(written)
    assert found.read == 4
    assert found.differences == []


def test_a_new_version_says_what_it_hears_otherwise_and_what_it_hears_as_less_comes_first(written: House) -> None:
    written.rt = replace(written.rt, screen=KeenScreen())
    less, more, _ = again(written).differences
    assert (less.inbound_id, less.was, less.now, less.is_quieter) == (
        text_saying(written, "reads my phone").id,
        "high",
        "none",
        True,
    )
    assert (more.inbound_id, more.was, more.now) == (text_saying(written, "point any more").id, "none", "urgent")
    assert len(written.all(ScreeningReview)) == 0


def test_what_was_written_ten_minutes_apart_is_not_read_together(house: House, ana: HeldPhone) -> None:
    house.enrols()
    for body in ("there is no", "point any more"):
        ana.texts(body)
        house.clock.tick(minutes=11)
    house.rt = replace(house.rt, screen=KeenScreen())
    assert again(house).differences == []


def test_a_text_that_cannot_be_opened_stops_none_of_the_others(written: House) -> None:
    with written.rt.store.engine.begin() as connection:
        broken = {"id": text_saying(written, "thank you").id.hex, "body": b"\x00broken"}
        connection.execute(
            sql("UPDATE inbound_message SET body = :body WHERE replace(id || '', '-', '') = :id"), broken
        )
    found = again(written)
    assert (found.read, found.unreadable) == (3, 1)


def test_each_monday_the_lead_gets_the_week_to_read(written: House) -> None:
    reviewing.set_lead(written.rt, "ortiz")
    reviewing.gather_week(written.rt)
    assert written.all(ScreeningReview) == []  # the week is not over
    written.clock.tick(days=7)
    reviewing.gather_week(written.rt)
    (task,) = [each for each in written.all(Task) if each.kind == "weekly-reading"]
    assert task.owner_id == staff(written, "ortiz").id
    listed = reviewing.week_list(written.rt, None, "ortiz")
    assert listed[0].level is DistressLevel.HIGH
    assert listed[0].reason is ReviewReason.HEARD
    assert listed[0].rules == ["fake.reads my phone"]
    assert listed[0].body is None


def test_a_week_is_gathered_once(written: House) -> None:
    written.clock.tick(days=7)
    first = reviewing.gather_week(written.rt)
    assert first.done >= 1
    assert reviewing.gather_week(written.rt).done == 0
    assert len([each for each in written.all(Task) if each.kind == "weekly-reading"]) == 1


def test_one_text_in_fifty_is_read_whatever_the_screen_said() -> None:
    picked = sum(reviewing.is_in_sample(UUID(int=n)) for n in range(20_000))
    assert 300 < picked < 500
    some = uuid4()
    assert reviewing.is_in_sample(some) == reviewing.is_in_sample(some)


def test_a_quiet_text_that_chance_picked_is_on_the_list(written: House) -> None:
    with written.rt.store.begin("test.write") as tx:
        picked = next(UUID(int=n) for n in range(1, 10_000) if reviewing.is_in_sample(UUID(int=n)))
        kept = tx.session.query(InboundMessage).first()
        assert kept is not None
        quiet = InboundMessage(
            carrier_sid="SMsample",
            sender=kept.sender,
            phone_id=kept.phone_id,
            body="see you on tuesday",
            received_at=tx.now,
            state=kept.state,
            conversation_id=kept.conversation_id,
            id=picked,
        )
        tx.record("text.received", tx.add(quiet))
    written.clock.tick(days=7)
    reviewing.gather_week(written.rt)
    (sampled,) = [each for each in reviewing.week_list(written.rt, None, "lee") if each.reason is ReviewReason.SAMPLE]
    assert sampled.inbound_id == picked


def test_who_reads_the_words_is_in_the_audit_and_who_reads_the_list_alone_is_not(written: House) -> None:
    written.clock.tick(days=7)
    reviewing.gather_week(written.rt)
    reviewing.week_list(written.rt, None, "lee")
    assert "text.read-again" not in actions(written)
    listed = reviewing.week_list(written.rt, None, "lee", with_bodies=True)
    assert listed[0].body == "he reads my phone"
    assert actions(written).count("text.read-again") == len(listed)


def test_a_danger_the_screen_missed_is_told_at_once(written: House, dr_lee: HeldPhone) -> None:
    dr_lee.news  # noqa: B018 - what was told before is read
    written.clock.tick(hours=1)
    missed = text_saying(written, "point any more")
    reference = reviewing.judge(written.rt, missed.id, "rivera", ReviewVerdict.MISSED, DistressLevel.ACUTE)
    written.works()
    assert reference is not None
    assert any(reference in told for told in dr_lee.news)
    (review,) = written.all(ScreeningReview)
    assert (review.reason, review.verdict) == (ReviewReason.ASKED, ReviewVerdict.MISSED)


def test_what_was_missed_must_have_been_more_than_the_screen_said(written: House) -> None:
    heard = text_saying(written, "reads my phone")
    for should_be in (None, DistressLevel.LOW, DistressLevel.HIGH):
        with pytest.raises(WordsRefused, match="above high"):
            reviewing.judge(written.rt, heard.id, "rivera", ReviewVerdict.MISSED, should_be)
    assert written.all(ScreeningReview) == []


def test_nobody_unknown_judges_and_nothing_unknown_is_judged(written: House) -> None:
    with pytest.raises(NotFound, match="nobody"):
        reviewing.judge(written.rt, text_saying(written, "thank").id, "nobody", ReviewVerdict.RIGHT)
    with pytest.raises(NotFound):
        reviewing.judge(written.rt, uuid4(), "lee", ReviewVerdict.RIGHT)


def test_an_escalation_that_ended_as_a_false_alarm_stands_judged_on_the_list(written: House, dr_lee: HeldPhone) -> None:
    dr_lee.texts(f"false {written.escalation.number}")
    written.clock.tick(days=7)
    reviewing.gather_week(written.rt)
    listed = reviewing.week_list(written.rt, None, "lee")
    assert listed[0].verdict is ReviewVerdict.FALSE_ALARM


def test_results_stand_under_the_version_that_screened(written: House) -> None:
    quiet = text_saying(written, "point any more")
    reviewing.judge(written.rt, quiet.id, "lee", ReviewVerdict.MISSED, DistressLevel.ACUTE)
    written.clock.tick(days=7)
    reviewing.gather_week(written.rt)
    heard = text_saying(written, "reads my phone")
    reviewing.judge(written.rt, heard.id, "lee", ReviewVerdict.RIGHT)
    (result,) = [each for each in reviewing.results(written.rt) if each.version == "fake-1"]
    assert result.texts[DistressLevel.HIGH] == 1
    assert (result.loud_judged, result.false_alarms, result.missed) == (1, 0, 1)


def test_on_trial_the_screen_pages_the_lead_and_nobody_else(house: House, ana: HeldPhone, dr_lee: HeldPhone) -> None:
    house.enrols()
    house.works()
    reviewing.set_lead(house.rt, "ortiz")
    reviewing.set_screening(house.rt, ScreeningMode.SILENT, "ortiz")
    ana.texts("he has a gun")
    house.clock.tick(minutes=40)
    house.works()
    assert dr_lee.got == []
    assert house.carrier.to(ON_CALL) == []
    assert len([text for text in house.carrier.to("+13145550142") if "E-12" in text]) >= 2


def test_on_trial_the_family_is_answered_all_the_same(house: House, ana: HeldPhone) -> None:
    house.enrols()
    house.works()
    reviewing.set_lead(house.rt, "ortiz")
    reviewing.set_screening(house.rt, ScreeningMode.SILENT, "ortiz")
    ana.texts("I want to kill myself")
    assert "988" in ana.last


def test_on_trial_a_lead_whose_phone_blocks_us_is_stood_in_for(house: House, ana: HeldPhone) -> None:
    house.enrols()
    house.works()
    reviewing.set_lead(house.rt, "ortiz")
    reviewing.set_screening(house.rt, ScreeningMode.SILENT, "ortiz")
    house.phone("+13145550142", "+13145550198").texts("STOP")
    ana.texts("he has a gun")
    assert any("E-12" in text for text in house.carrier.to(ON_CALL))


def test_a_trial_needs_a_lead_who_can_be_paged(house: House) -> None:
    with pytest.raises(WordsRefused, match="review lead"):
        reviewing.set_screening(house.rt, ScreeningMode.SILENT, "lee")
    reviewing.set_lead(house.rt, "admin")  # has no phone
    with pytest.raises(WordsRefused, match="with a phone"):
        reviewing.set_screening(house.rt, ScreeningMode.SILENT, "lee")


def test_there_is_one_lead(house: House) -> None:
    reviewing.set_lead(house.rt, "ortiz")
    reviewing.set_lead(house.rt, "lee")
    assert [each.login for each in house.all(StaffMember) if each.is_clinical_lead] == ["lee"]


def test_after_the_trial_everybody_is_told_again(house: House, ana: HeldPhone, dr_lee: HeldPhone) -> None:
    house.enrols()
    house.works()
    reviewing.set_lead(house.rt, "ortiz")
    reviewing.set_screening(house.rt, ScreeningMode.SILENT, "ortiz")
    reviewing.set_screening(house.rt, ScreeningMode.LIVE, "ortiz")
    ana.texts("he has a gun")
    assert any("E-12" in text for text in dr_lee.got)


def staff(house: House, login: str) -> StaffMember:
    (found,) = [each for each in house.all(StaffMember) if each.login == login]
    return found  # type: ignore[no-any-return]


def actions(house: House) -> list[str]:
    return [each.action for each in house.all(AuditEvent)]
