"""Staff are told by call and by e-mail as by text: when one way fails, the next is used at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event

import pytest

from checkback.assembly.loops import in_background
from checkback.care.errors import SendFailed, SendUnclear
from checkback.care.flows import staff_ways, summoning
from checkback.care.model import EscalationNotice, StaffWay, Summons
from checkback.care.ports import OutgoingCall, OutgoingMail
from checkback.care.store import tellings
from checkback.care.terms import EscalationState, NoticeState, OutboundState, Way
from checkback.worker.lanes import lanes
from tests.fakes.telling import FakeCaller, FakeMailer
from tests.simulator.application import wait_for
from tests.story import ALERT_LINE, ANA, DR_LEE, ORTIZ, HeldPhone, House


@dataclass
class Told:
    """A house that can call and send e-mails."""

    house: House
    caller: FakeCaller
    mailer: FakeMailer

    def works(self, **how_long: float) -> None:
        """Time passes, and every process does what is due."""
        self.house.clock.tick(**how_long)
        self.house.works(rounds=1)
        while summoning.make_due(self.house.rt).done:
            pass
        self.house.works(rounds=1)

    def proves(self, login: str, way: Way, **said: object) -> None:
        """A way is set and proven."""
        staff_ways.set_way(self.house.rt, login, way, **said)  # type: ignore[arg-type]
        with self.house.rt.store.begin("test.proven") as tx:
            for each in tx.session.query(StaffWay).filter_by(way=way):
                each.verified_at = tx.now
                tx.record("way.proven", each)

    def in_danger(self, ana: HeldPhone) -> None:
        self.house.enrols()
        self.house.works()
        ana.texts("he has a gun")
        self.works()

    @property
    def call(self) -> Summons:
        return next(each for each in reversed(self.house.all(Summons)) if each.way is Way.VOICE)  # type: ignore[no-any-return]


class Meanwhile:
    """Calls and sends like the one it stands before; first something else happens."""

    def __init__(self, real: FakeCaller | FakeMailer, happens: Callable[[], None]) -> None:
        self._real, self._happens = real, happens

    def call(self, call: OutgoingCall) -> str:
        self._happens()
        return self._real.call(call)  # type: ignore[union-attr]

    def send(self, mail: OutgoingMail) -> None:
        self._happens()
        self._real.send(mail)  # type: ignore[union-attr]


@pytest.fixture
def told(house: House) -> Told:
    caller, mailer = FakeCaller(), FakeMailer()
    house.rt = replace(house.rt, caller=caller, mailer=mailer)
    return Told(house, caller, mailer)


def texted(house: House) -> list[str]:
    """Who was told by text, in order."""
    return [text.to[-2:] for text in house.carrier.taken if text.to != ANA and text.body.startswith("E-")]


def test_after_two_minutes_without_an_answer_the_phone_rings_and_one_key_takes_it(told, ana):
    told.proves("lee", Way.VOICE, after_minutes=2)
    told.in_danger(ana)
    assert told.caller.rang == []
    told.works(minutes=2, seconds=1)
    (call,) = told.caller.rang
    assert call.to == DR_LEE
    spoken = summoning.answered(told.house.rt, call.id)
    assert spoken.asks
    assert "Press 1" in spoken.words
    assert "Ana" not in spoken.words
    assert "is yours" in summoning.pressed(told.house.rt, call.id, "1").words
    assert told.house.escalation.state is EscalationState.ACKNOWLEDGED
    summoning.call_ended(told.house.rt, call.id, "completed")
    assert told.call.state is OutboundState.DELIVERED


def test_whoever_answers_the_text_is_not_called(told, ana, dr_lee):
    told.proves("lee", Way.VOICE, after_minutes=2)
    told.in_danger(ana)
    dr_lee.texts("ack 12")
    told.works(minutes=3)
    assert told.caller.rang == []


@pytest.mark.parametrize("ending", ["no-answer", "busy", "failed", "completed"])
def test_a_call_in_which_no_key_was_pressed_tells_the_next_person_at_once(told, ana, ending):
    told.proves("lee", Way.VOICE, after_minutes=1)
    told.in_danger(ana)
    told.works(minutes=1, seconds=1)
    assert texted(told.house) == ["41"]
    summoning.call_ended(told.house.rt, told.call.id, ending)
    told.works(seconds=1)
    assert texted(told.house) == ["41", "42"]


def test_two_passes_it_on_and_any_other_key_asks_again(told, ana):
    told.proves("lee", Way.VOICE, after_minutes=1)
    told.in_danger(ana)
    told.works(minutes=1, seconds=1)
    for key in ("7", "", "*"):
        assert summoning.pressed(told.house.rt, told.call.id, key).asks
    assert "goes on without you" in summoning.pressed(told.house.rt, told.call.id, "2").words
    told.works(seconds=1)
    assert texted(told.house) == ["41", "42"]


def test_a_call_that_comes_too_late_says_so(told, ana, ortiz):
    told.proves("lee", Way.VOICE, after_minutes=1)
    told.in_danger(ana)
    told.works(minutes=1, seconds=1)
    ortiz.texts("ack 12")
    assert "with somebody else" in summoning.answered(told.house.rt, told.call.id).words
    assert "with somebody else" in summoning.pressed(told.house.rt, told.call.id, "1").words


def test_a_call_of_which_nothing_is_heard_counts_as_not_answered(told, ana):
    told.proves("lee", Way.VOICE, after_minutes=1)
    told.in_danger(ana)
    told.works(minutes=1, seconds=1)
    told.works(minutes=2, seconds=5)
    assert texted(told.house) == ["41", "42"]
    assert told.call.reason == "nothing-heard"


def test_a_call_in_somebodys_hand_is_made_by_nobody_else_until_the_lease_is_over(told, ana):
    """A call and an e-mail are due; while the first goes, another process takes the second, and dies with it."""
    told.proves("lee", Way.VOICE, after_minutes=1)
    told.proves("lee", Way.EMAIL, email="lee@example.org", after_minutes=1)
    told.in_danger(ana)
    told.house.clock.tick(minutes=1, seconds=1)
    told.house.works(rounds=1)
    taken: list[Summons] = []

    def another_takes_the_second() -> None:
        with told.house.rt.store.begin("test.claim") as tx:
            held = tx.session.query(Summons).filter_by(state=OutboundState.QUEUED).first()
            if held is not None and not taken:
                tellings.claim(tx, held, summoning.LEASE)
                tx.record("test.claimed", held)
                taken.append(held)

    told.house.rt = replace(
        told.house.rt,
        caller=Meanwhile(told.caller, another_takes_the_second),
        mailer=Meanwhile(told.mailer, another_takes_the_second),
    )
    summoning.make_due(told.house.rt)
    assert len(taken) == 1
    assert len(told.caller.rang) + len(told.mailer.sent) == 1
    told.house.clock.set(told.house.clock.now() + summoning.LEASE)
    summoning.make_due(told.house.rt)
    assert (len(told.caller.rang), len(told.mailer.sent)) == (1, 1)


def test_where_a_text_fails_the_call_comes_at_once_and_nobody_else_is_woken(told, ana):
    told.proves("lee", Way.VOICE, after_minutes=30)
    told.house.carrier.refuses_numbers[DR_LEE] = SendFailed(30003, permanent=True)
    told.in_danger(ana)
    told.works(seconds=1)
    assert [call.to for call in told.caller.rang] == [DR_LEE]
    assert texted(told.house) == []


def test_a_call_that_may_have_gone_goes_again_and_one_that_is_refused_does_not(told, ana):
    told.proves("lee", Way.VOICE)
    told.caller.refusals.extend([SendUnclear(), SendFailed(20429, permanent=False)])
    told.in_danger(ana)
    for _ in range(4):
        told.works(seconds=10)
    assert len(told.caller.rang) == 1
    told.caller.refusals.append(SendFailed(21215, permanent=True))
    told.proves("ortiz", Way.VOICE)
    told.works(minutes=6)
    assert len(told.caller.rang) == 1
    failed = [notice for notice in told.house.all(EscalationNotice) if notice.state is NoticeState.FAILED]
    assert failed


def test_an_e_mail_holds_a_reference_a_level_and_a_link_and_nothing_of_anybody(told, ana):
    told.proves("lee", Way.EMAIL, email="lee@example.org")
    told.in_danger(ana)
    (mail,) = told.mailer.sent
    assert mail.to == "lee@example.org"
    assert "E-12" in mail.subject
    assert "http://127.0.0.1:8001/escalations/12" in mail.body
    assert "Ana" not in mail.body
    assert "gun" not in mail.body


def test_a_mail_server_that_refuses_tells_the_next_person(told, ana):
    told.proves("lee", Way.EMAIL, email="lee@example.org", after_minutes=1)
    told.mailer.refusals.append(SendFailed(550, permanent=True))
    told.in_danger(ana)
    told.works(minutes=1, seconds=1)
    told.works(seconds=1)
    assert texted(told.house) == ["41", "42"]


def test_a_phone_is_proven_by_a_key_in_a_call_and_an_address_by_its_code(told, ortiz):
    staff_ways.set_way(told.house.rt, "ortiz", Way.VOICE)
    staff_ways.set_way(told.house.rt, "ortiz", Way.EMAIL, email="ortiz@example.org")
    for way in (Way.VOICE, Way.EMAIL):
        staff_ways.send_code(told.house.rt, "ortiz", way)
    told.works()
    assert [call.to for call in told.caller.rang] == [ORTIZ]
    assert summoning.answered(told.house.rt, told.call.id).asks
    assert "Thank you" in summoning.pressed(told.house.rt, told.call.id, "1").words
    code = told.mailer.sent[0].body.split("CODE ")[1][:6]
    ortiz.texts(f"code {code}")
    proven = {way.way for way in told.house.all(StaffWay) if way.verified_at and way.phone_id is None}
    assert {Way.VOICE, Way.EMAIL} <= proven


def test_a_house_without_a_mail_server_says_so_and_uses_the_other_ways(told, ana):
    told.proves("lee", Way.EMAIL, email="lee@example.org")
    told.house.rt = replace(told.house.rt, mailer=None)
    told.in_danger(ana)
    assert texted(told.house) == ["41"]
    with pytest.raises(staff_ways.WayRefused, match="CHECKBACK_SMTP_URL"):
        staff_ways.send_code(told.house.rt, "lee", Way.EMAIL)


def test_the_number_that_is_always_answered_is_called_too_where_the_house_says_so(told, ana):
    told.house.rt = replace(told.house.rt, calls_on_call_number=True)
    told.in_danger(ana)
    for _ in range(3):
        told.works(minutes=6)
    assert [call.to[-2:] for call in told.caller.rang] == ["90"]
    assert "is yours" in summoning.pressed(told.house.rt, told.call.id, "1").words
    assert told.house.escalation.acknowledged_by is None
    assert told.house.phone("+13145550190", ALERT_LINE).got


class HangingMailer:
    """A mail server that takes the connection and says nothing until it is let go."""

    def __init__(self) -> None:
        self.hangs, self.is_let_go = Event(), Event()

    def send(self, _mail: OutgoingMail) -> None:
        self.hangs.set()
        self.is_let_go.wait(60)


def test_while_a_mail_server_hangs_the_phone_rings_all_the_same(told, ana):
    """The loops of the worker, as it runs them; the e-mail is begun before the call is due."""
    mailer = HangingMailer()
    told.house.rt = replace(told.house.rt, mailer=mailer)
    told.proves("lee", Way.EMAIL, email="lee@example.org")
    told.proves("lee", Way.VOICE, after_minutes=2)
    told.house.enrols()
    told.house.works()
    ana.texts("he has a gun")
    loops = [loop for loop in lanes(told.house.rt) if loop.name in ("calls", "e-mails")]
    with in_background(loops):
        try:
            assert mailer.hangs.wait(60)
            told.house.clock.tick(minutes=3)
            assert wait_for(lambda: told.caller.rang)
        finally:
            mailer.is_let_go.set()
