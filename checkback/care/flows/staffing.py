"""Who works here: added, changed, given a new password, and let go without a family or an alarm left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from checkback.care.errors import InvalidPhone, InvalidStaff, NotFound, Said, said
from checkback.care.flows.paging import pager_of
from checkback.care.model import Assignment, Phone, StaffMember, StaffWay
from checkback.care.ports import Passwords
from checkback.care.rules.passwords import given_password, must_be_strong
from checkback.care.rules.phones import e164
from checkback.care.rules.second_factor import address, new_secret
from checkback.care.runtime import Runtime
from checkback.care.steps import escalating
from checkback.care.steps.owners import owner_for
from checkback.care.steps.proving import is_unproven
from checkback.care.steps.tasks import open_task, pass_to, task_key
from checkback.care.steps.telling import Pager
from checkback.care.store import Transaction, console, people, sign_ins, staffing, tellings
from checkback.care.terms import Language, Role, TaskKind, TaskMoveKind, Way

_LONGEST_LOGIN, _LONGEST_NAME = 40, 80


@dataclass(frozen=True)
class StaffLine:
    """Somebody, as a line of the list."""

    login: str
    name: str
    role: Role
    team: str | None
    families: int
    has_password: bool
    has_second_factor: bool
    has_provider: bool
    is_told: bool
    """A way to tell them is proven."""
    left_at: datetime | None


@dataclass(frozen=True)
class StaffPage:
    """Somebody, and what can be changed; `colleagues` could have their families."""

    zone: str
    line: StaffLine
    phone: str
    email: str
    languages: Sequence[Language]
    tasks: int
    is_me: bool
    teams: Sequence[str]
    colleagues: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class StaffForm:
    """What an administrator says of somebody, as it was typed."""

    name: str
    role: str
    team: str = ""
    phone: str = ""
    email: str = ""
    languages: Sequence[str] = ("en",)


@dataclass(frozen=True)
class Created:
    """An account with its second factor offered: what the authenticator reads."""

    login: str
    address: str


def everybody(rt: Runtime) -> tuple[Sequence[StaffLine], Sequence[str], str]:
    """All who work here, then all who left; the teams there are; the programme's zone."""
    with rt.store.read() as tx:
        counts, teams = staffing.family_counts(tx), staffing.teams(tx)
        names = {team.id: team.name for team in teams}
        lines = [_line(tx, each, names, counts.get(each.id, 0)) for each in staffing.everybody_ever(tx)]
        return lines, [team.name for team in teams], people.the_programme(tx).zone


def show(rt: Runtime, login: str, me: UUID) -> StaffPage:
    """Raises NotFound."""
    with rt.store.read() as tx:
        found = _anybody(tx, login)
        teams = staffing.teams(tx)
        names = {team.id: team.name for team in teams}
        phone = tx.get(Phone, found.phone_id).number if found.phone_id else ""
        return StaffPage(
            zone=people.the_programme(tx).zone,
            line=_line(tx, found, names, len(staffing.families_of(tx, found.id))),
            phone=phone,
            email=found.email or "",
            languages=[Language(each) for each in found.languages.split()],
            tasks=len(staffing.open_tasks_of(tx, found.id)),
            is_me=found.id == me,
            teams=[team.name for team in teams],
            colleagues=[
                (each.login, each.name)
                for each in console.all_staff(tx)
                if each.role is not Role.OFFICER and each.id != found.id
            ],
        )


def add(rt: Runtime, passwords: Passwords, login: str, form: StaffForm, by: UUID) -> str:
    """Somebody new; returns the password to be read out to them, which they change when they first sign in.

    Raises:
        InvalidStaff: naming each field and its mend.
    """
    password = given_password()
    hashed = passwords.hash(password)
    folded = login.strip().lower()
    with rt.store.begin("staffing.add") as tx:
        problems = _login_problem(tx, folded)
        told = _checked(tx, form, problems)
        member = _new(tx, folded, told, hashed)
        member.must_change_password = True
        tx.record("staff.added", member, f"staff:{by}")
    return password


def create_admin(rt: Runtime, passwords: Passwords, login: str, name: str, password: str) -> Created:
    """The first administrator, from the machine itself; the second factor is proven when they first sign in.

    Raises:
        InvalidStaff: naming each field and its mend.
        WeakPassword: the password is too short, too long, or easily guessed.
        NotFound: the database was never set up.
    """
    folded = login.strip().lower()
    must_be_strong(password, folded)
    hashed = passwords.hash(password)
    with rt.store.begin("staffing.create-admin") as tx:
        told = _checked(tx, StaffForm(name, Role.ADMIN), _login_problem(tx, folded))
        member = _new(tx, folded, told, hashed)
        member.totp_secret = new_secret()
        tx.record("staff.added", member)
        return Created(folded, address(member.totp_secret, folded))


def change(rt: Runtime, login: str, form: StaffForm, by: UUID) -> None:
    """Raises NotFound; InvalidStaff naming each field and its mend."""
    with rt.store.begin("staffing.change") as tx:
        member = tx.lock(people.must_work_here(tx, login))
        problems: dict[str, Said] = {}
        told = _checked(tx, form, problems, member)
        if member.role is not told.role:
            # What a session may see was decided when it began.
            sign_ins.end_sessions(tx, member.id)
        member.name, member.role, member.team_id = told.name, told.role, told.team_id
        for way in tellings.ways_of(tx, member) if member.email != told.email else ():
            if way.way is Way.EMAIL:
                is_unproven(way)
        member.email, member.languages = told.email, told.languages
        _keep_phone(tx, member, told.phone)
        tx.record("staff.changed", member, f"staff:{by}")
        if told.role is Role.OFFICER:
            # An officer sees nothing of what families write.
            _hand_over(tx, pager_of(rt), member, None)


def reset_password(rt: Runtime, passwords: Passwords, login: str, by: UUID) -> str:
    """A password to be read out, which they change at once; every session of theirs ends. Raises NotFound."""
    password = given_password()
    hashed = passwords.hash(password)
    with rt.store.begin("staffing.reset-password") as tx:
        member = people.must_work_here(tx, login)
        member.password_hash, member.must_change_password = hashed, True
        sign_ins.end_sessions(tx, member.id)
        tx.record("staff.password-reset", member, f"staff:{by}")
    return password


def reset_second_factor(rt: Runtime, login: str, by: UUID | None) -> None:
    """Their phone is lost: the next sign-in asks for the password alone, and then for a new second factor.

    Raises:
        NotFound: nobody who works here has this login.
        InvalidStaff: it is one's own; somebody else has to see who asks.
    """
    with rt.store.begin("staffing.reset-second-factor") as tx:
        member = people.must_work_here(tx, login)
        if member.id == by:
            raise InvalidStaff({"login": said("ask another administrator: nobody resets their own second factor")})
        member.totp_secret = member.totp_since = member.totp_step = None
        sign_ins.drop_recovery_codes(tx, member.id)
        sign_ins.end_sessions(tx, member.id)
        tx.record("staff.second-factor-reset", member, f"staff:{by}" if by else "system")


def let_go(rt: Runtime, login: str, heir: str, by: UUID) -> None:
    """Somebody leaves: out at once, and all they had in hand is somebody else's, or a task to find somebody.

    Args:
        heir: the login of who has their families from now on; empty when that is still to be decided.

    Raises:
        NotFound: nobody who works here has this login.
        InvalidStaff: the last administrator, oneself, or an heir who cannot have families.
    """
    with rt.store.begin("staffing.let-go") as tx:
        member = tx.lock(people.must_work_here(tx, login))
        found = _heir(tx, member, heir)
        if member.id == by:
            raise InvalidStaff({"login": said("ask another administrator: nobody takes away their own account")})
        if _is_last_admin(tx, member):
            raise InvalidStaff({"login": said("the last administrator stays; make somebody else one first")})
        member.left_at = tx.now
        member.password_hash = member.totp_secret = member.totp_since = member.identity = None
        sign_ins.drop_recovery_codes(tx, member.id)
        sign_ins.end_sessions(tx, member.id)
        tx.record("staff.left", member, f"staff:{by}")
        tx.session.flush()
        _hand_over(tx, pager_of(rt), member, found)


@dataclass(frozen=True)
class _Told:
    name: str
    role: Role
    team_id: UUID | None
    phone: str | None
    email: str | None
    languages: str


def _hand_over(tx: Transaction, pager: Pager, member: StaffMember, heir: StaffMember | None) -> None:
    """What they had in hand: alarms go to the next person at once, families to the heir or into a task each."""
    for escalation in staffing.taken_by(tx, member.id):
        escalating.hand_on(tx, pager, escalation, member)
    for cover in staffing.covers_of(tx, member.id):
        cover.until = tx.now  # whoever they cover for has the family again
        tx.record("assignment.ended", cover)
    for assignment, family in staffing.families_of(tx, member.id):
        assignment.until = tx.now
        tx.record("assignment.ended", assignment)
        tx.session.flush()
        if heir is not None:
            given = tx.add(Assignment(family_id=family.id, staff_id=heir.id, since=tx.now))
            tx.record("assignment.given", given)
        elif family.closed_at is None:
            open_task(tx, TaskKind.UNASSIGNED, dedupe_key=task_key(TaskKind.UNASSIGNED, assignment.id), family=family)
    for task in staffing.open_tasks_of(tx, member.id):
        to = heir or owner_for(tx, task.family_id, task.team_id, other_than=member.id)
        if to is not None:
            pass_to(tx, task, to, TaskMoveKind.HANDED_OVER)


def _heir(tx: Transaction, member: StaffMember, login: str) -> StaffMember | None:
    if not login:
        return None
    found = people.staff(tx, login)
    if found is None or found.id == member.id or found.role is Role.OFFICER:
        raise InvalidStaff({"heir": said("choose a colleague who is no officer, or nobody yet")})
    return found


def _login_problem(tx: Transaction, login: str) -> dict[str, Said]:
    if not (0 < len(login) <= _LONGEST_LOGIN and login.isascii() and login.replace(".", "").replace("-", "").isalnum()):
        return {"login": said("write up to %(most)s letters and digits, as in jsmith or j.smith", most=_LONGEST_LOGIN)}
    if sign_ins.anybody_with_login(tx, login) is not None:
        return {"login": said("is taken, perhaps by somebody who left; choose another")}
    return {}


def _checked(tx: Transaction, form: StaffForm, problems: dict[str, Said], member: StaffMember | None = None) -> _Told:
    """What was said, if all of it can be kept. Raises InvalidStaff."""
    name = " ".join(form.name.split())
    if not 0 < len(name) <= _LONGEST_NAME:
        problems["name"] = said("write a name of at most %(most)s letters", most=_LONGEST_NAME)
    role = Role(form.role) if form.role in set(Role) else None
    if role is None:
        problems["role"] = said("choose one of the roles")
    if member is not None and role is not Role.ADMIN and _is_last_admin(tx, member):
        problems["role"] = said("the last administrator stays one; make somebody else one first")
    team = people.team(tx, form.team) if form.team else None
    if form.team and team is None:
        problems["team"] = said("choose one of the teams")
    if role is Role.CLINICIAN and team is None:
        problems.setdefault("team", said("a clinician belongs to a team: choose one"))
    email = form.email.strip()
    if email and ("@" not in email or any(sign.isspace() or sign in "<>,;" for sign in email)):
        problems["email"] = said("write one address, as name@example.org")
    spoken = [each for each in Language if each in form.languages]
    if not spoken:
        problems["languages"] = said("choose at least one")
    phone = _number(form.phone, problems)
    if problems or role is None:
        raise InvalidStaff(problems)
    return _Told(name, role, team.id if team else None, phone, email or None, " ".join(spoken))


def _is_last_admin(tx: Transaction, member: StaffMember) -> bool:
    return member.role is Role.ADMIN and not sign_ins.others_with_role(tx, Role.ADMIN, member.id)


def _number(phone: str, problems: dict[str, Said]) -> str | None:
    try:
        return e164(phone) if phone.strip() else None
    except InvalidPhone:
        problems["phone"] = said("write a number, as (314) 555-0100")
        return None


def _new(tx: Transaction, login: str, told: _Told, password_hash: str) -> StaffMember:
    member = tx.add(
        StaffMember(
            programme_id=people.the_programme(tx).id,
            login=login,
            name=told.name,
            role=told.role,
            team_id=told.team_id,
            email=told.email,
            languages=told.languages,
            password_hash=password_hash,
        )
    )
    tx.session.flush()
    _keep_phone(tx, member, told.phone)
    return member


def _keep_phone(tx: Transaction, member: StaffMember, number: str | None) -> None:
    """Another number gets no alert before it is proven."""
    phone = people.phone_or_new(tx, number) if number else None
    tx.session.flush()
    if member.phone_id == (phone.id if phone else None):
        return
    member.phone_id = phone.id if phone else None
    for way in tellings.ways_of(tx, member):
        if way.way is not Way.EMAIL and way.phone_id is None:
            is_unproven(way)
    if phone is not None and tellings.way_of(tx, member, Way.SMS) is None:
        tx.add(StaffWay(staff_id=member.id, way=Way.SMS))


def _anybody(tx: Transaction, login: str) -> StaffMember:
    found = sign_ins.anybody_with_login(tx, login.strip().lower())
    if found is None:
        raise NotFound(f"staff {login[:_LONGEST_LOGIN]}")
    return found


def _line(tx: Transaction, member: StaffMember, teams: Mapping[UUID, str], families: int) -> StaffLine:
    return StaffLine(
        login=member.login,
        name=member.name,
        role=member.role,
        team=teams.get(member.team_id) if member.team_id else None,
        families=families,
        has_password=member.password_hash is not None,
        has_second_factor=member.totp_since is not None,
        has_provider=member.identity is not None,
        is_told=any(way.verified_at is not None for way in tellings.ways_of(tx, member)),
        left_at=member.left_at,
    )
