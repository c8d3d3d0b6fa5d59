"""Signing in and out: who somebody is, looked up at every request: who left or signed out is out at once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from checkback.care.errors import CodeRefused, NotFound, ProviderRefused, SignInRefused
from checkback.care.model import StaffMember, StaffSession
from checkback.care.ports import Passwords
from checkback.care.rules.passwords import LONGEST, must_be_strong
from checkback.care.rules.second_factor import folded_code, step_of
from checkback.care.runtime import Runtime
from checkback.care.store import Transaction, console, people, sign_ins
from checkback.care.terms import Language, Role, SignInWay

log = structlog.get_logger()

_IN, _OUT, _REFUSED = "staff.signed-in", "staff.signed-out", "staff.sign-in-refused"
#: The second factor is shown within so long of the password.
CODE_WITHIN = timedelta(minutes=10)
#: A session says that it is in use so often and no more: each time is a write.
_SAYS_USED_EVERY = timedelta(minutes=1)
_LONGEST_BROWSER = 200


@dataclass(frozen=True)
class Limits:
    """How long a session lasts without use, and at most."""

    idle: timedelta
    longest: timedelta


@dataclass(frozen=True)
class Account:
    """A member of staff as the console knows them. `language` is the one they chose for the pages."""

    id: UUID
    login: str
    name: str
    role: Role
    team_id: UUID | None
    language: Language | None
    has_second_factor: bool
    must_change_password: bool


@dataclass(frozen=True)
class SignedIn:
    """An account, by which session, since when, and how it was proven. `awaits_code`: it is not in yet."""

    account: Account
    session_id: UUID
    at: datetime
    how: SignInWay
    awaits_code: bool


@dataclass(frozen=True)
class Opened:
    """A session that begins. `token` is for the browser and stands nowhere else."""

    token: str
    signed_in: SignedIn


def sign_in(rt: Runtime, passwords: Passwords, login: str, password: str, browser: str = "") -> Opened:
    """Raises SignInRefused: the same, after the same work, for a login nobody has as for a password that is wrong."""
    with rt.store.read() as tx:
        found = people.staff(tx, login)
    # Between the units of work: checking a password is slow on purpose.
    matches = len(password) <= LONGEST and passwords.matches(found.password_hash if found else None, password)
    with rt.store.begin("signing-in.sign-in") as tx:
        if found is None or not matches:
            if found is not None:
                tx.record(_REFUSED, found, f"staff:{found.id}")
            opened = None
        else:
            opened = _open(tx, found, SignInWay.PASSWORD, browser, awaits_code=found.totp_since is not None)
    if opened is None:
        log.warning("sign-in.refused", staff=str(found.id) if found else None)
        raise SignInRefused
    return opened


def show_code(rt: Runtime, session_id: UUID, code: str, browser: str = "") -> Opened:
    """The second factor: a code of the authenticator, or a recovery code. A new session begins, the half one ends.

    Raises:
        CodeRefused: the code is wrong or was used before.
    """
    with rt.store.begin("signing-in.show-code") as tx:
        half = tx.get(StaffSession, session_id)
        member = tx.lock(tx.get(StaffMember, half.staff_id))
        how = _proven_by(tx, member, code) if half.ended_at is None and half.awaits_code else None
        if how is None:
            tx.record("staff.code-refused", member, f"staff:{member.id}")
            opened = None
        else:
            half.ended_at = tx.now
            opened = _open(tx, member, how, browser)
    if opened is None:
        log.warning("sign-in.code-refused", staff=str(member.id))
        raise CodeRefused
    return opened


def sign_in_as(rt: Runtime, issuer: str, subject: str, email: str | None, browser: str = "") -> Opened:
    """Somebody the provider vouches for. The first time they are known by an address the provider has verified.

    Raises:
        ProviderRefused: nobody here is this person.
    """
    identity = hashlib.sha256(f"{issuer}\0{subject}".encode()).hexdigest()
    with rt.store.begin("signing-in.by-provider") as tx:
        found = sign_ins.with_identity(tx, identity) or _by_email(tx, email)
        if found is None:
            raise ProviderRefused("nobody who works here has this identity or this e-mail address")
        if found.identity is None:
            found.identity = identity
            tx.record("staff.identity-bound", found)
        return _open(tx, found, SignInWay.PROVIDER, browser)


def set_password(rt: Runtime, passwords: Passwords, login: str, password: str) -> None:
    """Give somebody a password; whoever is signed in with the old one is out at once.

    Raises:
        NotFound: nobody has this login.
        WeakPassword: too short, too long to be checked, or easily guessed.
    """
    must_be_strong(password, login)
    hashed = passwords.hash(password)
    with rt.store.begin("signing-in.set-password") as tx:
        found = people.staff(tx, login)
        if found is None:
            raise NotFound(f"nobody has the login {login}")
        found.password_hash, found.must_change_password = hashed, False
        sign_ins.end_sessions(tx, found.id)
        tx.record("staff.password-set", found)


def sign_out(rt: Runtime, session_id: UUID) -> None:
    """This session ends; what a device kept of it is worth nothing."""
    with rt.store.begin("signing-in.sign-out") as tx:
        session = tx.get(StaffSession, session_id)
        if session.ended_at is None:
            session.ended_at = tx.now
        tx.record(_OUT, tx.get(StaffMember, session.staff_id), f"staff:{session.staff_id}")


def still_in(rt: Runtime, token: str, limits: Limits, *, is_use: bool) -> SignedIn | None:
    """Who is signed in with this token; None when the session ended or ran out, or they left.

    Args:
        is_use: a person looked at a page, which keeps the session alive; not a page that asks for news by itself.
    """
    with rt.store.read() as tx:
        session = sign_ins.session(tx, hash_of(token))
        if session is None or _ran_out(session, tx.now, limits):
            return None
        member = console.staff_member(tx, session.staff_id)
        if member is None:
            return None
        signed_in = _signed_in(session, member)
        is_stale = is_use and tx.now - session.used_at >= _SAYS_USED_EVERY
    if is_stale:
        with rt.store.begin("signing-in.used") as tx:
            sign_ins.mark_used(tx, signed_in.session_id)
    return signed_in


def demo_accounts(rt: Runtime) -> Sequence[Account]:
    """The invented people of a demonstration, for its sign-in page."""
    with rt.store.read() as tx:
        return [_account(member) for member in console.all_staff(tx)]


def has_admin(rt: Runtime) -> bool:
    """Whether anybody can let others in."""
    with rt.store.read() as tx:
        return any(member.role is Role.ADMIN for member in console.all_staff(tx))


def with_password(rt: Runtime, passwords: Passwords, password: str) -> Sequence[str]:
    """The logins of those who have exactly this password: for one that everybody knows."""
    with rt.store.read() as tx:
        found = console.all_staff(tx)
    return [each.login for each in found if each.password_hash and passwords.matches(each.password_hash, password)]


def hash_of(token: str) -> bytes:
    """What is kept of a token: it is random enough that one round is enough."""
    return hashlib.sha256(token.encode()).digest()


def _open(tx: Transaction, member: StaffMember, how: SignInWay, browser: str, *, awaits_code: bool = False) -> Opened:
    token = secrets.token_urlsafe(32)
    session = tx.add(
        StaffSession(
            staff_id=member.id,
            token_hash=hash_of(token),
            how=how,
            began_at=tx.now,
            used_at=tx.now,
            browser=browser[:_LONGEST_BROWSER],
            awaits_code=awaits_code,
        )
    )
    tx.record("staff.password-shown" if awaits_code else _IN, member, f"staff:{member.id}")
    return Opened(token, _signed_in(session, member))


def _proven_by(tx: Transaction, member: StaffMember, code: str) -> SignInWay | None:
    step = step_of(member.totp_secret, code, tx.now) if member.totp_secret else None
    if step is not None:
        return SignInWay.CODE if sign_ins.take_step(tx, member, step) else None
    purpose = f"recovery:{member.id}"
    indexes = [tx.keyring.index(folded_code(code), purpose, version) for version in tx.keyring.indexing]
    return SignInWay.RECOVERY if sign_ins.take_recovery_code(tx, member.id, indexes) else None


def _by_email(tx: Transaction, email: str | None) -> StaffMember | None:
    """The one person who has this address and whom no provider knows yet; addresses are sealed, and staff are few."""
    if not email:
        return None
    known = [each for each in console.all_staff(tx) if each.email and each.email.casefold() == email.casefold()]
    return known[0] if len(known) == 1 and known[0].identity is None else None


def _ran_out(session: StaffSession, now: datetime, limits: Limits) -> bool:
    if session.awaits_code:
        return now - session.began_at > CODE_WITHIN
    return now - session.used_at > limits.idle or now - session.began_at > limits.longest


def _signed_in(session: StaffSession, member: StaffMember) -> SignedIn:
    return SignedIn(_account(member), session.id, session.began_at, session.how, session.awaits_code)


def _account(member: StaffMember) -> Account:
    return Account(
        id=member.id,
        login=member.login,
        name=member.name,
        role=member.role,
        team_id=member.team_id,
        language=member.interface,
        has_second_factor=member.totp_since is not None,
        must_change_password=member.must_change_password,
    )
