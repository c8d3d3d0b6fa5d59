"""One's own account: password, second factor, recovery codes, where one is signed in, the language of the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from checkback.care.errors import CodeRefused, NotFound, SignInRefused
from checkback.care.flows.signing_in import Limits
from checkback.care.model import CareTeam, RecoveryCode, StaffMember, StaffSession
from checkback.care.ports import Passwords
from checkback.care.rules.passwords import LONGEST, must_be_strong
from checkback.care.rules.second_factor import address, folded_code, new_recovery_codes, new_secret, step_of
from checkback.care.runtime import Runtime
from checkback.care.store import Transaction, people, sign_ins
from checkback.care.terms import Language, Role, SignInWay


@dataclass(frozen=True)
class SessionLine:
    """One device that is signed in. `browser` is what it says of itself."""

    id: UUID
    began_at: datetime
    used_at: datetime
    how: SignInWay
    browser: str
    is_this: bool


@dataclass(frozen=True)
class AccountPage:
    """What somebody sees of themselves."""

    zone: str
    login: str
    name: str
    role: Role
    team: str | None
    language: Language | None
    has_password: bool
    second_factor_since: datetime | None
    recovery_codes_left: int
    sessions: Sequence[SessionLine]


@dataclass(frozen=True)
class Offered:
    """A second factor to be set up: what the authenticator reads, and the same to be typed."""

    address: str
    secret: str


def look(rt: Runtime, staff_id: UUID, session_id: UUID, limits: Limits) -> AccountPage:
    """One's own account."""
    with rt.store.read() as tx:
        me = tx.get(StaffMember, staff_id)
        alive = [
            each
            for each in sign_ins.sessions_of(tx, staff_id)
            if tx.now - each.used_at <= limits.idle and tx.now - each.began_at <= limits.longest
        ]
        return AccountPage(
            zone=people.the_programme(tx).zone,
            login=me.login,
            name=me.name,
            role=me.role,
            team=tx.get(CareTeam, me.team_id).name if me.team_id else None,
            language=me.interface,
            has_password=me.password_hash is not None,
            second_factor_since=me.totp_since,
            recovery_codes_left=sign_ins.recovery_codes_left(tx, staff_id),
            sessions=[
                SessionLine(each.id, each.began_at, each.used_at, each.how, each.browser, each.id == session_id)
                for each in alive
            ],
        )


def change_password(rt: Runtime, passwords: Passwords, staff_id: UUID, session_id: UUID, old: str, new: str) -> None:
    """A password of one's own; every other session ends.

    Raises:
        SignInRefused: the old password is wrong.
        WeakPassword: the new one is too short, too long, or easily guessed.
    """
    with rt.store.read() as tx:
        me = tx.get(StaffMember, staff_id)
    must_be_strong(new, me.login)
    if len(old) > LONGEST or not passwords.matches(me.password_hash, old):
        with rt.store.begin("accounts.refuse-password") as tx:
            tx.record("staff.password-change-refused", me, _actor(me))
        raise SignInRefused
    hashed = passwords.hash(new)
    with rt.store.begin("accounts.change-password") as tx:
        me = tx.get(StaffMember, staff_id)
        me.password_hash, me.must_change_password = hashed, False
        sign_ins.end_sessions(tx, staff_id, but=session_id)
        tx.record("staff.password-changed", me, _actor(me))


def offer_second_factor(rt: Runtime, staff_id: UUID) -> Offered | None:
    """The secret to be put into an authenticator, the same until it is proven; None when there is one in use."""
    with rt.store.read() as tx:
        me = tx.get(StaffMember, staff_id)
    if me.totp_since is not None:
        return None
    if me.totp_secret is None:
        with rt.store.begin("accounts.offer-second-factor") as tx:
            me = tx.lock(tx.get(StaffMember, staff_id))
            if me.totp_secret is None:
                me.totp_secret = new_secret()
                tx.record("staff.second-factor-offered", me, _actor(me))
    assert me.totp_secret is not None  # noqa: S101 - made just now
    return Offered(address(me.totp_secret, me.login), me.totp_secret)


def take_second_factor(rt: Runtime, staff_id: UUID, session_id: UUID, code: str) -> Sequence[str]:
    """The authenticator gave a right code: from now on it is asked for. Returns the recovery codes, shown this once.

    Raises:
        CodeRefused: the code is wrong, or there is a second factor already.
    """
    with rt.store.begin("accounts.take-second-factor") as tx:
        me = tx.lock(tx.get(StaffMember, staff_id))
        if me.totp_since is not None or not _is_right(tx, me, code):
            raise CodeRefused
        me.totp_since = tx.now
        tx.get(StaffSession, session_id).how = SignInWay.CODE
        sign_ins.end_sessions(tx, staff_id, but=session_id)
        codes = _give_codes(tx, me)
        tx.record("staff.second-factor-set-up", me, _actor(me))
        return codes


def renew_recovery_codes(rt: Runtime, staff_id: UUID, code: str) -> Sequence[str]:
    """Ten new recovery codes, shown this once; those before are worth nothing. Raises CodeRefused."""
    with rt.store.begin("accounts.renew-codes") as tx:
        me = tx.lock(tx.get(StaffMember, staff_id))
        if me.totp_since is None or not _is_right(tx, me, code):
            raise CodeRefused
        codes = _give_codes(tx, me)
        tx.record("staff.recovery-codes-renewed", me, _actor(me))
        return codes


def end_session(rt: Runtime, staff_id: UUID, session_id: UUID) -> None:
    """Sign out one device of one's own. Raises NotFound for anybody else's."""
    with rt.store.begin("accounts.end-session") as tx:
        session = tx.get(StaffSession, session_id)
        if session.staff_id != staff_id:
            raise NotFound(f"session {session_id}")
        if session.ended_at is None:
            session.ended_at = tx.now
        me = tx.get(StaffMember, staff_id)
        tx.record("staff.signed-out", me, _actor(me))


def end_all_sessions(rt: Runtime, staff_id: UUID) -> None:
    """Sign out everywhere, here too."""
    with rt.store.begin("accounts.end-all-sessions") as tx:
        me = tx.get(StaffMember, staff_id)
        sign_ins.end_sessions(tx, staff_id)
        tx.record("staff.signed-out-everywhere", me, _actor(me))


def choose_language(rt: Runtime, staff_id: UUID, language: Language | None) -> None:
    """The language of the pages; None: the browser's."""
    with rt.store.begin("accounts.choose-language") as tx:
        me = tx.get(StaffMember, staff_id)
        me.interface = language
        tx.record("staff.language-chosen", me, _actor(me))


def _is_right(tx: Transaction, me: StaffMember, code: str) -> bool:
    step = step_of(me.totp_secret, code, tx.now) if me.totp_secret else None
    return step is not None and sign_ins.take_step(tx, me, step)


def _give_codes(tx: Transaction, me: StaffMember) -> Sequence[str]:
    sign_ins.drop_recovery_codes(tx, me.id)
    codes = new_recovery_codes()
    for code in codes:
        tx.add(RecoveryCode(staff_id=me.id, code_index=tx.keyring.index(folded_code(code), f"recovery:{me.id}")))
    return codes


def _actor(me: StaffMember) -> str:
    return f"staff:{me.id}"
