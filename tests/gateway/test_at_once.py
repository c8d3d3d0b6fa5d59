"""Many webhooks at the same moment, on each kind of database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.gateway.calling import kept


def test_the_same_text_fifty_times_at_once_is_kept_once(twilio, house):
    with ThreadPoolExecutor(50) as many:
        answers = list(many.map(lambda _: twilio.texts().status_code, range(50)))
    assert answers == [204] * 50
    assert len(kept(house)) == 1


def test_fifty_texts_of_one_phone_at_once_are_all_kept(twilio, house):
    sids = [f"SM{n:032x}" for n in range(50)]
    with ThreadPoolExecutor(50) as many:
        answers = list(many.map(lambda sid: twilio.texts(MessageSid=sid, Body=sid).status_code, sids))
    assert answers == [204] * 50
    assert sorted(kept(house)) == sids
