"""What staff do by hand: once, only where it may be done, and with their name on it."""

from __future__ import annotations

from uuid import uuid4

import pytest

from checkback.care.errors import AlreadyDone, NotFound, WordsRefused
from checkback.care.flows import escalations, family_page, staff_work, task_page
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import AuditEvent, Contact, Conversation, StaffMember, Task
from checkback.care.terms import EscalationOutcome, OutboundKind, TaskState
from tests.story import ANA


@pytest.fixture
def lee(house):
    return next(member for member in house.all(StaffMember) if member.login == "lee")


@pytest.fixture
def family(house, ana):
    reference = house.enrols()
    house.works()
    ana.texts("1")
    return reference


@pytest.fixture
def contact(house, family):
    return house.all(Contact)[0]


def by(house, member):
    return [event.action for event in house.all(AuditEvent) if event.actor == f"staff:{member.id}"]


def personal(house):
    return [text for text in house.outbox() if text.kind is OutboundKind.PERSONAL]


def test_a_task_ends_with_what_came_of_it(house, rt, family, lee, ana):
    ana.texts("call me please")
    (task,) = house.all(Task)
    staff_work.finish_task(rt, task.id, lee.id, "Called, they are well")
    (done,) = house.all(Task)
    assert (done.state, done.outcome, done.done_by) == (TaskState.DONE, "Called, they are well", lee.id)
    assert by(house, lee) == ["task.done"]
    with pytest.raises(AlreadyDone):
        staff_work.finish_task(rt, task.id, lee.id, "again")
    page = family_page.show(rt, family, lee.id)
    assert page.tasks == []
    assert [(each.outcome, each.done_by) for each in page.done] == [("Called, they are well", "Dana Lee")]


@pytest.mark.parametrize("outcome", ["", "   \n", "\x00", "x" * 4001])
def test_a_task_does_not_end_with_nothing_or_a_novel(house, rt, family, lee, ana, outcome):
    ana.texts("call me please")
    (task,) = house.all(Task)
    with pytest.raises(WordsRefused):
        staff_work.finish_task(rt, task.id, lee.id, outcome)
    assert house.all(Task)[0].state is TaskState.OPEN


def test_a_note_stays_with_the_family_and_its_author(house, rt, family, lee):
    staff_work.write_note(rt, family, lee.id, "Spoke with the grandmother.\r\nShe stays.")
    (note,) = family_page.show(rt, family, lee.id).notes
    assert (note.author, note.text) == ("Dana Lee", "Spoke with the grandmother.\nShe stays.")


def test_a_persons_own_text_goes_out_at_any_hour_and_silences_the_assistant(house, rt, contact, lee, ana):
    house.clock.tick(hours=13)
    assert ana.news
    staff_work.reply(rt, "F-12", contact.id, lee.id, "Are you awake?", uuid4())
    house.works()
    assert ana.news == ["Are you awake?\n- Riverbend Families"]
    asked = len(house.assistant.asked)
    ana.texts("yes I am")
    assert len(house.assistant.asked) == asked
    assert "conversation.with-person" in by(house, lee)


def test_the_same_form_sent_twice_is_one_text(house, rt, contact, lee):
    key = uuid4()
    for _ in range(2):
        staff_work.reply(rt, "F-12", contact.id, lee.id, "Hello", key)
    assert len(personal(house)) == 1


@pytest.mark.parametrize(
    ("said", "sentence"), [("STOP", "opted out"), ("wrong number, sorry", "wrong person")], ids=["stop", "wrong person"]
)
def test_who_must_not_be_texted_is_not(house, rt, contact, lee, ana, said, sentence):
    ana.texts(said)
    with pytest.raises(WordsRefused, match=sentence):
        staff_work.reply(rt, "F-12", contact.id, lee.id, "Hello", uuid4())
    assert personal(house) == []


def test_an_unsafe_phone_is_not_texted_either(house, rt, lee):
    reference = house.enrols(contacts=[NewContact("Sam Reed", ANA, safe_to_text=False)])
    (contact,) = house.all(Contact)
    with pytest.raises(WordsRefused, match="not safe"):
        staff_work.reply(rt, reference, contact.id, lee.id, "Hello", uuid4())
    assert personal(house) == []


def test_a_contact_is_written_to_only_as_one_of_their_family(house, rt, contact, lee):
    other = house.enrols("24-0118", contacts=[NewContact("Joy Park", "+13145550104")])
    with pytest.raises(NotFound):
        staff_work.reply(rt, other, contact.id, lee.id, "Hello", uuid4())


def test_the_assistant_takes_it_back_when_it_is_given(house, rt, contact, lee, ana):
    staff_work.reply(rt, "F-12", contact.id, lee.id, "Hello", uuid4())
    staff_work.give_back(rt, "F-12", contact.id, lee.id)
    ana.texts("we need a crib")
    assert house.assistant.asked[-1] == "we need a crib"


def test_but_not_while_somebody_is_in_danger(house, rt, contact, lee, ana):
    ana.texts("I want to kill myself")
    with pytest.raises(WordsRefused, match="E-12 has no outcome"):
        staff_work.give_back(rt, "F-12", contact.id, lee.id)
    assert house.all(Conversation)[0].with_person_since is not None
    escalations.resolve(rt, 12, lee.id, EscalationOutcome.REACHED)
    staff_work.give_back(rt, "F-12", contact.id, lee.id)


def test_a_strangers_text_is_read_on_its_tasks_page(house, rt, lee):
    house.phone("+13145550177").texts("who is this?")
    (task,) = house.all(Task)
    page = task_page.show(rt, task.id, lee.id)
    assert (page.phone, page.task.family) == ("…77", None)
    assert page.lines[0].body == "who is this?"
    assert by(house, lee) == ["task.read"]
