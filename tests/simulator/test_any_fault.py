"""Whatever goes wrong together, each text that was taken ends in one way, and nothing told of it is untrue."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.base.exceptions import TwilioException

from tests.simulator.application import running_application, wait_for
from tests.simulator.conformance import Exchange, breaches
from tests.simulator.conftest import ACCOUNT, ANA, DR_LEE, TOKEN, Simulator, make_config, running

LIFE = ["queued", "sending", "sent", "delivered"]
# What a text that ended so has passed for sure, and what the application is told of it.
PASSED = {
    "delivered": {"sending", "sent", "delivered"},
    "undelivered": {"sending", "sent", "undelivered"},
    "failed": {"failed"},
}
ENDS = PASSED.keys()

numbers = st.sampled_from((None, ANA, DR_LEE))
counts = st.sampled_from((1, 2, "always"))
faults = st.lists(
    st.one_of(
        st.fixed_dictionaries({"kind": st.just("hold"), "seconds": st.sampled_from((60, 3_600, 90_000))}),
        st.fixed_dictionaries({"kind": st.just("late-delivery"), "seconds": st.sampled_from((60, 3_600))}),
        st.fixed_dictionaries({"kind": st.just("error"), "code": st.sampled_from((21612, 30003, 30007, 30036))}),
        st.fixed_dictionaries({"kind": st.sampled_from(("lose-callback", "double-callback", "late-callback"))}),
        st.fixed_dictionaries({"kind": st.just("reorder-callback")}),
        st.fixed_dictionaries({"kind": st.sampled_from(("refuse-429", "error-503-html", "reset"))}),
    ).flatmap(lambda fault: st.fixed_dictionaries({"number": numbers, "count": counts}).map(lambda more: fault | more)),
    max_size=6,
)
texts = st.lists(
    st.tuples(st.sampled_from((ANA, DR_LEE)), st.text("aé😔", min_size=1, max_size=80)), min_size=1, max_size=4
)


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with running_application() as application, running(make_config(application), application) as simulator:
        yield simulator


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(faults=faults, texts=texts)
def test_every_text_that_was_taken_ends_once_and_is_told_truly(simulator, faults, texts):
    simulator.application.heard.clear()
    for fault in faults:
        simulator.order_fault(**{name: value for name, value in fault.items() if value is not None})
    taken = [sid for phone, body in texts if (sid := _sends(simulator, phone, body))]
    # Longer than any text is valid, and than any callback is late.
    simulator.moves_clock(hours=26)
    ended = {sid: simulator.settled(sid) for sid in taken}
    simulator.control("DELETE", "faults")
    _wait_for_what_was_told_before(simulator)
    may_be_untold = any(fault["kind"] in ("lose-callback", "late-callback") for fault in faults)
    for sid, text in ended.items():
        told = _told(simulator, sid)
        statuses = {fields["MessageStatus"] for fields in told}
        assert text.status in ENDS
        assert statuses <= {*LIFE, text.status}
        assert may_be_untold or statuses >= PASSED[text.status]
        assert {fields.get("ErrorCode") for fields in told if fields["MessageStatus"] in ENDS} <= {_code(text)}
        assert _breaches(simulator, sid) == []


def _sends(simulator: Simulator, phone: str, body: str) -> str | None:
    """The identifier of the text, if it was taken and the answer came through."""
    try:
        return str(simulator.send(body, to=phone).sid)
    except (TwilioException, OSError):
        return None


def _wait_for_what_was_told_before(simulator: Simulator) -> None:
    """What becomes of the texts to one phone is told in order: after the last one, all of it was."""
    for sid in [simulator.send("the last one", to=phone).sid for phone in (ANA, DR_LEE)]:
        wait_for(partial(_is_told_delivered, simulator, sid))


def _is_told_delivered(simulator: Simulator, sid: str) -> bool:
    return any(fields["MessageStatus"] == "delivered" for fields in _told(simulator, sid))


def _told(simulator: Simulator, sid: str) -> list[dict[str, str]]:
    return [heard.fields for heard in simulator.application.heard if heard.fields["MessageSid"] == sid]


def _code(text: Any) -> str | None:
    return None if text.error_code is None else str(text.error_code)


def _breaches(simulator: Simulator, sid: str) -> list[str]:
    url = f"{simulator.address}/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}.json"
    reply = httpx2.get(url, auth=(ACCOUNT, TOKEN), trust_env=False)
    return breaches(Exchange("GET", url, reply.status_code, dict(reply.headers), reply.text), by_documents=False)
