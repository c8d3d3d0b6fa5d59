"""A text is queued once for what it is for, and taken back only while it is ours."""

from __future__ import annotations

from checkback.care.model import Contact, Conversation
from checkback.care.steps.outbox import cancel, queue_for_family
from checkback.care.terms import OutboundKind, OutboundState


def test_a_second_text_for_the_same_thing_cannot_be_queued(house):
    house.enrols()
    (thread,), (contact,) = house.all(Conversation), house.all(Contact)
    with house.rt.store.begin("test.queue") as tx:
        thread = tx.get(Conversation, thread.id)
        queued = [
            queue_for_family(tx, thread, contact, OutboundKind.ANSWER, body, dedupe_key="turn:1")
            for body in ("once", "twice")
        ]
    assert [message is not None for message in queued] == [True, False]
    assert [message.body for message in house.outbox() if message.kind is OutboundKind.ANSWER] == ["once"]


def test_what_the_carrier_has_is_not_taken_back(house):
    house.enrols()
    house.works()
    (sent,) = house.outbox()
    with house.rt.store.begin("test.cancel") as tx:
        cancel(tx, tx.get(type(sent), sent.id), "too-late")
    assert [message.state for message in house.outbox()] == [OutboundState.ACCEPTED]
