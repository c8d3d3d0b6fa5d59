"""Signing in: one way to be refused, and out means out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from checkback.adapters.passwords import Argon2Passwords
from checkback.care.errors import NotFound, SignInRefused, WeakPassword
from checkback.care.flows import signing_in
from checkback.care.model import AuditEvent, StaffMember
from checkback.care.terms import Role

PASSWORDS = Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
LIMITS = signing_in.Limits(idle=timedelta(hours=1), longest=timedelta(hours=4))


def who(rt, token):
    return signing_in.still_in(rt, token, LIMITS, is_use=True)


@pytest.fixture
def lee(house):
    with house.rt.store.begin("test.password") as tx:
        member = tx.session.query(StaffMember).filter_by(login="lee").one()
        member.password_hash = PASSWORDS.hash("Sesame 1")
        tx.record("test.password", member)
    return member


def actions(house, member):
    return [event.action for event in house.all(AuditEvent) if event.subject_id == member.id]


def test_the_right_password_says_who_it_is(house, rt, lee):
    signed_in = signing_in.sign_in(rt, PASSWORDS, " LEE ", "Sesame 1").signed_in
    assert (signed_in.account.id, signed_in.account.role, signed_in.at) == (lee.id, Role.CLINICIAN, house.clock.now())
    assert "staff.signed-in" in actions(house, lee)


@pytest.mark.parametrize(
    ("login", "password"),
    [("lee", "Sesame 2"), ("lee", ""), ("nobody", "Sesame 1"), ("ortiz", "none"), ("lee", "x" * 10_000)],
)
def test_everything_else_is_refused_in_the_same_words(house, rt, lee, login, password):
    with pytest.raises(SignInRefused) as refused:
        signing_in.sign_in(rt, PASSWORDS, login, password)
    assert str(refused.value) == "That login and that password do not belong together."


def test_a_failure_leaves_a_trace_with_whom_it_was_for(house, rt, lee):
    with pytest.raises(SignInRefused):
        signing_in.sign_in(rt, PASSWORDS, "lee", "wrong")
    assert "staff.sign-in-refused" in actions(house, lee)


def test_out_is_out_for_this_device_and_no_other(house, rt, lee):
    first, second = (signing_in.sign_in(rt, PASSWORDS, "lee", "Sesame 1") for _ in range(2))
    assert who(rt, first.token) == first.signed_in
    signing_in.sign_out(rt, first.signed_in.session_id)
    assert who(rt, first.token) is None
    assert who(rt, second.token) == second.signed_in


def test_who_has_left_is_out(house, rt, lee):
    opened = signing_in.sign_in(rt, PASSWORDS, "lee", "Sesame 1")
    with rt.store.begin("test.leaves") as tx:
        tx.get(StaffMember, lee.id).left_at = tx.now
        tx.record("test.leaves", lee)
    assert who(rt, opened.token) is None


def test_a_session_that_nobody_uses_ends_and_so_does_one_that_is_used(house, rt, lee):
    left_alone, used = (signing_in.sign_in(rt, PASSWORDS, "lee", "Sesame 1") for _ in range(2))
    for _ in range(3):
        house.clock.tick(minutes=50)
        assert who(rt, used.token)
    assert who(rt, left_alone.token) is None
    for _ in range(3):
        house.clock.tick(minutes=50)
        who(rt, used.token)
    assert who(rt, used.token) is None


def test_a_page_that_asks_for_news_keeps_no_session_alive(house, rt, lee):
    opened = signing_in.sign_in(rt, PASSWORDS, "lee", "Sesame 1")
    for _ in range(3):
        house.clock.tick(minutes=50)
        last = signing_in.still_in(rt, opened.token, LIMITS, is_use=False)
    assert last is None


def test_a_new_password_ends_what_began_with_the_old(house, rt, lee):
    opened = signing_in.sign_in(rt, PASSWORDS, "lee", "Sesame 1")
    signing_in.set_password(rt, PASSWORDS, "lee", "a longer password")
    assert who(rt, opened.token) is None


def test_nobody_can_be_somebody_without_a_password(house, rt):
    with rt.store.begin("test.password") as tx:
        member = tx.session.query(StaffMember).filter_by(login="lee").one()
        member.password_hash = None
        tx.record("test.password", member)
    for guess in ("", "None", "a password that nobody has"):
        with pytest.raises(SignInRefused):
            signing_in.sign_in(rt, PASSWORDS, "lee", guess)


def test_a_new_password_works_and_the_old_one_does_not(house, rt, lee):
    signing_in.set_password(rt, PASSWORDS, "lee", "a longer password")
    signing_in.sign_in(rt, PASSWORDS, "lee", "a longer password")
    with pytest.raises(SignInRefused):
        signing_in.sign_in(rt, PASSWORDS, "lee", "Sesame 1")
    assert "staff.password-set" in actions(house, lee)


@pytest.mark.parametrize("password", ["", "too short", "x" * 201])
def test_a_weak_password_is_refused_and_changes_nothing(rt, lee, password):
    with pytest.raises(WeakPassword):
        signing_in.set_password(rt, PASSWORDS, "lee", password)
    signing_in.sign_in(rt, PASSWORDS, "lee", "Sesame 1")


def test_nobody_gets_a_password_by_a_slip_of_the_login(rt):
    with pytest.raises(NotFound):
        signing_in.set_password(rt, PASSWORDS, "leee", "a longer password")
