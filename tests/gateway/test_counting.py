"""What the gateway counts can be read beside it, and says nothing of anybody."""

from __future__ import annotations

from prometheus_client import generate_latest

from tests.gateway.calling import ACCOUNT
from tests.story import ANA


def counted() -> dict[str, float]:
    lines = [line for line in generate_latest().decode().splitlines() if line.startswith("checkback_")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_every_webhook_is_counted_by_what_became_of_it(twilio, house, tmp_path):
    before = counted()
    twilio.texts()
    twilio.texts()
    twilio.texts(To="+13145550177", MessageSid="SM" + "1" * 32)
    twilio.texts(MessageSid="none")
    twilio.texts(AccountSid="AC" + "9" * 32)
    twilio.token = "of somebody else"
    twilio.texts()
    twilio.token = "the-token-of-this-account"
    house.rt.store.drop_tables()
    twilio.texts(MessageSid="SM" + "2" * 32)
    twilio.texts(MessageSid="SM" + "3" * 32)
    after = counted()
    outcomes = {
        outcome: after[f'checkback_webhooks_total{{kind="inbound",outcome="{outcome}"}}']
        - before.get(f'checkback_webhooks_total{{kind="inbound",outcome="{outcome}"}}', 0)
        for outcome in ("kept", "duplicate", "not-ours", "malformed", "other-account", "not-signed", "journalled")
    }
    assert outcomes == {
        "kept": 1,
        "duplicate": 1,
        "not-ours": 1,
        "malformed": 1,
        "other-account": 1,
        "not-signed": 1,
        "journalled": 2,
    }
    assert after["checkback_journal_waiting"] == 2
    assert after["checkback_journal_oldest_seconds"] > 0
    assert after["checkback_journal_aside"] == 0


def test_no_label_says_who_wrote_or_what(twilio, house):
    twilio.texts(Body="marked words")
    said = generate_latest().decode()
    assert [each for each in ("marked", ANA, ANA[1:], ACCOUNT, "SMaaaa") if each in said] == []
