"""How each member of staff is told: their ways, each proven before its first alert, and a page once a day."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from checkback.care.errors import InvalidPhone, NotFound, Refusal, said
from checkback.care.flows.paging import pager_of
from checkback.care.model import Phone, StaffMember, StaffWay
from checkback.care.rules.phones import e164
from checkback.care.runtime import Runtime
from checkback.care.steps.outbox import queue_alarm
from checkback.care.steps.proving import is_unproven
from checkback.care.steps.staff_work import actor
from checkback.care.steps.summoning import queue_summons
from checkback.care.store import Transaction, people, tellings
from checkback.care.terms import Way

CODE_HOLDS_FOR = timedelta(minutes=15)
MOST_WRONG_CODES = 5
_LEVELS = ("emergent", "urgent", "high")
_CODE_DIGITS = 6


class WayRefused(Refusal):
    """This way cannot be kept or proven like this; the message says why."""


@dataclass(frozen=True)
class WayLine:
    """One way of one person, as a line of a list."""

    login: str
    way: Way
    levels: str
    after_minutes: float
    is_proven: bool


def ways(rt: Runtime) -> Sequence[WayLine]:
    """Everybody's ways."""
    with rt.store.read() as tx:
        return [
            WayLine(staff.login, way.way, way.levels, way.after_seconds / 60, way.verified_at is not None)
            for staff in people.everybody_here(tx)
            for way in tellings.ways_of(tx, staff)
        ]


def set_way(
    rt: Runtime,
    login: str,
    way: Way,
    *,
    levels: Sequence[str] = _LEVELS,
    after_minutes: int = 0,
    number: str | None = None,
    email: str | None = None,
    by: str | None = None,
) -> None:
    """Keep how somebody is told. A new number or address is not used before it is proven.

    Args:
        by: the login of whoever keeps it; themselves unless said.

    Raises:
        NotFound: nobody has this login.
        WayRefused: a level is none of emergent, urgent, high; there is no phone or address, or it is none; or the wait
            is too long.
    """
    unknown = [level for level in levels if level not in _LEVELS]
    if unknown or not levels:
        raise WayRefused(said("levels: write some of %(listed)s", listed=", ".join(_LEVELS)))
    if not 0 <= after_minutes <= 60:  # noqa: PLR2004 - an hour
        raise WayRefused(said("after: write minutes, 0 to 60"))
    with rt.store.begin("staff-ways.set") as tx:
        staff = _staff(tx, login)
        kept = tellings.way_of(tx, staff, way) or tx.add(StaffWay(staff_id=staff.id, way=way))
        kept.levels = " ".join(level for level in _LEVELS if level in levels)
        kept.after_seconds = after_minutes * 60
        _address(tx, staff, kept, number, email)
        tx.session.flush()
        tx.record("way.set", kept, actor(_staff(tx, by) if by else staff))


def unreached(rt: Runtime, login: str) -> Sequence[str]:
    """The levels of which no alert gets to this person: no proven way is for them. Raises NotFound."""
    with rt.store.read() as tx:
        return _unreached(tellings.ways_of(tx, _staff(tx, login)))


def drop_way(rt: Runtime, login: str, way: Way, *, by: str | None = None) -> None:
    """This person is not told like this any more. Raises NotFound; WayRefused where nothing else is left of a level."""
    with rt.store.begin("staff-ways.drop") as tx:
        staff = _staff(tx, login)
        kept = _way(tx, staff, way)
        there = tellings.ways_of(tx, staff)
        left = _unreached([each for each in there if each is not kept])
        lost = [level for level in left if level not in _unreached(there)]
        if lost:
            raise WayRefused(
                said(
                    "nothing else would reach them when it is %(listed)s; prove another way first",
                    listed=", ".join(lost),
                )
            )
        tellings.forget_way(tx, kept)
        tx.record("way.dropped", kept, actor(_staff(tx, by) if by else staff))
        tx.session.delete(kept)


def send_code(rt: Runtime, login: str, way: Way) -> None:
    """Send a code by this way, to prove that it arrives; a call asks for a key instead.

    Raises:
        NotFound: nobody has this login, or not this way.
        WayRefused: this house has no such way.
    """
    with rt.store.begin("staff-ways.send-code") as tx:
        staff = _staff(tx, login)
        kept = _way(tx, staff, way)
        if way not in pager_of(rt).ways:
            raise WayRefused(said("this house sends no %(way)s: see CHECKBACK_SMTP_URL and CHECKBACK_VOICE", way=way))
        code = f"{secrets.randbelow(10**_CODE_DIGITS):0{_CODE_DIGITS}}"
        kept.code_index = tx.keyring.index(code, f"way:{kept.id}")
        kept.code_until, kept.wrong_codes = tx.now + CODE_HOLDS_FOR, 0
        _send(tx, rt, staff, kept, code)
        tx.record("way.code-sent", kept, actor(staff))


def prove(tx: Transaction, staff: StaffMember, code: str) -> bool:
    """A code came back: the way it was sent by is proven. In the caller's unit of work."""
    for way in tellings.ways_of(tx, staff):
        if way.code_index is None or way.code_until is None or way.code_until <= tx.now:
            continue
        if way.wrong_codes < MOST_WRONG_CODES and way.code_index == tx.keyring.index(code, f"way:{way.id}"):
            is_proven(tx, way, staff)
            return True
        way.wrong_codes += 1
        tx.record("way.wrong-code", way, actor(staff))
    return False


def confirm(rt: Runtime, login: str, code: str) -> None:
    """As `prove`, for a code that is typed in. Raises NotFound; WayRefused when it is not the one that was sent."""
    with rt.store.begin("staff-ways.confirm") as tx:
        right = prove(tx, _staff(tx, login), code.strip())
    if not right:
        raise WayRefused(said("that is not the code, or it is older than 15 minutes; send a new one"))


def is_proven(tx: Transaction, way: StaffWay, staff: StaffMember) -> None:
    """From now on alerts go this way."""
    way.verified_at, way.code_index, way.code_until = tx.now, None, None
    tx.record("way.proven", way, actor(staff))


def _unreached(ways_: Sequence[StaffWay]) -> Sequence[str]:
    proven = {level for way in ways_ if way.verified_at is not None for level in way.levels.split()}
    return [level for level in _LEVELS if level not in proven]


def _send(tx: Transaction, rt: Runtime, staff: StaffMember, way: StaffWay, code: str) -> None:
    key = f"code:{way.id}:{tx.now.isoformat()}"
    phone_id = way.phone_id or staff.phone_id
    phone = tx.get(Phone, phone_id) if phone_id else None
    if way.way is Way.SMS and phone is not None:
        queue_alarm(tx, phone, rt.wording.staff("code.sent", code=code), key)
        return
    words = rt.wording.staff("call.prove" if way.way is Way.VOICE else "mail.code", code=code)
    queue_summons(tx, way.way, words, key, staff=staff, phone=phone, proves=way)


def _address(tx: Transaction, staff: StaffMember, kept: StaffWay, number: str | None, email: str | None) -> None:
    if kept.way is Way.EMAIL:
        if email is not None and email != staff.email:
            if "@" not in email or any(sign.isspace() or sign in "<>,;" for sign in email):
                raise WayRefused(said("email: write one address, as name@example.org"))
            staff.email = email
            is_unproven(kept)
        if not staff.email:
            raise WayRefused(said("email: they have no address; give one"))
        return
    if number is not None:
        try:
            phone = people.phone_or_new(tx, e164(number))
        except InvalidPhone:
            raise WayRefused(said("number: write one that can be dialled, as (314) 555-0100")) from None
        if kept.phone_id != phone.id:
            kept.phone_id = phone.id
            is_unproven(kept)
    if kept.phone_id is None and staff.phone_id is None:
        raise WayRefused(said("number: they have no phone; give one"))


def _staff(tx: Transaction, login: str) -> StaffMember:
    found = people.staff(tx, login)
    if found is None:
        raise NotFound(f"nobody here has the login {login}")
    return found


def _way(tx: Transaction, staff: StaffMember, way: Way) -> StaffWay:
    found = tellings.way_of(tx, staff, way)
    if found is None:
        raise NotFound(f"{staff.login} has no {way}; `checkback ways set` gives them one")
    return found
