"""A house in which many families have been followed for a quarter: built in bulk, invented, and the same every time.

Their rows fit together as the flows would have left them; they are written without flows, so that fifty thousand
families take a minute and not a day. For measuring pages and for looking at the plans of queries, never for a story.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, inspect, select, text

from checkback.care.model import (
    Assignment,
    AuditEvent,
    Base,
    CareTeam,
    CheckIn,
    CheckInPlan,
    Consent,
    Contact,
    ContactPhone,
    Conversation,
    Escalation,
    Family,
    InboundMessage,
    Incident,
    NameToken,
    NeedNamed,
    OptOut,
    OutboundMessage,
    Phone,
    Programme,
    SafetyPreference,
    StaffMember,
    Task,
)
from checkback.care.model.sealing import folded_tokens
from checkback.care.program.seeds import NEEDS
from checkback.care.runtime import Runtime
from checkback.care.store import Transaction, people
from checkback.care.terms import (
    CheckInState,
    ConsentSource,
    ConsentState,
    DistressLevel,
    EscalationOutcome,
    EscalationState,
    InboundState,
    Lane,
    Language,
    OptOutSource,
    OutboundKind,
    OutboundState,
    Role,
    Sender,
    TaskKind,
    TaskState,
    Urgency,
    ZoneSource,
)

#: So many families are written in one unit of work.
AT_ONCE = 2000
OF_A_TEAM, OF_A_CLINICIAN = 1000, 100
FIRST_NAMES = ("Ana", "Ben", "Luz", "Omar", "Ruth", "Sam", "Tia", "Uma")
LAST_NAMES = ("Morales", "Reed", "Vega", "Stone", "Wells", "Young", "Hart", "Lane", "Moss")
ZONES = ("America/Chicago", "America/Chicago", "America/New_York", "America/Denver")
ASKED_WORDING, WORDS, ANSWER = "check_in.opening", "How are things since we met?", "we are ok, thank you"
QUARTER = timedelta(days=85)


@dataclass(frozen=True)
class Many:
    """How much there is."""

    families: int
    to_come: int
    """Texts that fall due in the next seven days."""
    promises: int
    texts: int


def many_families(rt: Runtime, count: int, *, since: int = 0, analyse: bool = True) -> Many:
    """Fill a house that was set up up to so many families, where `since` of them are in it already."""
    dice = Random(7 + since)  # noqa: S311 - no secret in it
    if since == 0:
        _staff(rt, count)
    for first in range(since, count, AT_ONCE):
        with rt.store.begin("tests.many-families") as tx:
            _Stretch(tx, dice, range(first, min(first + AT_ONCE, count))).keep()
            tx.record("test.many-families", people.the_programme(tx))
    if analyse:  # as autovacuum and `PRAGMA optimize` leave it; a planner that knows no table's size guesses
        with rt.store.engine.connect() as connection:
            connection.execute(text("ANALYZE"))
            connection.commit()
    with rt.store.read() as tx:
        soon = (CheckIn.state == CheckInState.PLANNED) & (CheckIn.due_at <= tx.now + timedelta(days=7))
        counted = (select(func.count()).select_from(kind) for kind in (CheckIn, OutboundMessage))
        to_come = select(func.count()).select_from(CheckIn).where(soon)
        return Many(count, *(tx.session.scalar(each) or 0 for each in (to_come, *counted)))


def _staff(rt: Runtime, families: int) -> None:
    """A team for every thousand families, a clinician for every hundred, beside those who are here."""
    with rt.store.begin("tests.many-families") as tx:
        programme = people.the_programme(tx)
        for n in range(tx.session.query(CareTeam).count(), families // OF_A_TEAM):
            tx.add(CareTeam(programme_id=programme.id, name=f"Team {n:03}"))
        tx.session.flush()
        for at, team in enumerate(tx.session.scalars(select(CareTeam).order_by(CareTeam.name))):
            for n in range(min(families, OF_A_TEAM) // OF_A_CLINICIAN):
                login = f"clinician-{at}-{n}"
                tx.add(StaffMember(programme.id, login, f"Clinician {at} {n}", Role.CLINICIAN, team_id=team.id))
        tx.record("test.many-families", programme)


class _Stretch:
    """The rows of some families, table by table."""

    def __init__(self, tx: Transaction, dice: Random, which: range) -> None:
        self.tx, self.dice, self.which = tx, dice, which
        self.rows: dict[type[Base], list[dict[str, Any]]] = {}
        self.blank: dict[type[Base], dict[str, Any]] = {}
        self.programme: Programme = people.the_programme(tx)
        self.teams: Sequence[CareTeam] = tx.session.scalars(select(CareTeam).order_by(CareTeam.name)).all()
        staff = tx.session.scalars(select(StaffMember).order_by(StaffMember.login)).all()
        self.staff = {team.id: [m for m in staff if m.team_id == team.id] or staff for team in self.teams}
        plans = tx.session.scalars(select(CheckInPlan).order_by(CheckInPlan.name, CheckInPlan.version)).all()
        self.plan = next(plan for plan in plans if plan.name == "standard")
        self.short = next((plan for plan in plans if plan.name == "short"), self.plan)

    def keep(self) -> None:
        """Make them and write them, each table after those it points to."""
        for at in self.which:
            self._family(at)
        for table in Base.metadata.sorted_tables:
            for kind, rows in self.rows.items():
                if kind.__tablename__ == table.name:
                    self.tx.session.execute(insert(kind), rows)

    def _new(self, kind: type[Base], /, **values: Any) -> UUID:
        row_id = UUID(int=self.dice.getrandbits(128), version=4)
        if kind not in self.blank:
            example = kind(**values)
            columns = (each.key for each in inspect(kind).column_attrs)
            self.blank[kind] = {key: getattr(example, key) for key in columns if key not in values}
        self.rows.setdefault(kind, []).append({**self.blank[kind], **values, "id": row_id})
        return row_id

    def _family(self, at: int) -> None:
        now, dice = self.tx.now, self.dice
        team = self.teams[at % len(self.teams)]
        came = now - QUARTER * dice.random() - timedelta(days=2)
        plan = self.short if at % 10 == 0 else self.plan
        family = self._new(
            Family,
            programme_id=self.programme.id,
            reference=f"F-{at + 12}",
            team_id=team.id,
            enrolled_at=came,
            plan_id=plan.id,
            area=f"{631 + at % 8}",
            child_ages=str(at % 18),
            closed_at=now - timedelta(days=1) if at % 40 == 39 else None,
        )
        self._new(Assignment, family_id=family, staff_id=dice.choice(self.staff[team.id]).id, since=came)
        incident = self._new(
            Incident,
            programme_id=self.programme.id,
            family_id=family,
            reference=f"25-{at:06}",
            occurred_at=came,
            kind="burglary",
            zip="63106",
        )
        contact, phone, conversation = self._contact(at, family, came)
        self._promises(at, contact, incident, plan.id, came)
        for n in range(4):
            self._talk(at, n, came, family, contact, phone, conversation, incident, plan.id)
        self._work(at, came, family, team.id, contact, conversation)
        for n, action in enumerate(("family.enrolled", "family.read", "check-in.asked", "text.queued")):
            moment = came + timedelta(hours=n)
            self._new(
                AuditEvent, at=moment, flow="x", action=action, actor="system", subject="family", subject_id=family
            )

    def _contact(self, at: int, family: UUID, came: datetime) -> tuple[UUID, UUID, UUID]:
        name = f"{FIRST_NAMES[at % 8]} {LAST_NAMES[at % 9]}"
        contact = self._new(
            Contact,
            family_id=family,
            name=name,
            language=Language.SPANISH if at % 4 == 0 else Language.ENGLISH,
            zone=ZONES[at % 4],
            zone_source=ZoneSource.ZIP,
            paused_until=self.tx.now + timedelta(days=3) if at % 50 == 7 else None,
        )
        for token in sorted(folded_tokens(name)):
            ring = self.tx.keyring
            self._new(NameToken, contact_id=contact, token=ring.index(token, "name"), index_version=ring.index_version)
        number = f"+1{400 + at // 100}55501{at % 100:02}"
        phone = self._new(
            Phone,
            number=number,
            number_index=self.tx.keyring.index(number, "phone"),
            index_version=self.tx.keyring.index_version,
        )
        self._new(ContactPhone, contact_id=contact, phone_id=phone, since=came)
        self._new(SafetyPreference, contact_id=contact)
        state = (ConsentState.ASKED, ConsentState.DECLINED, *[ConsentState.GIVEN] * 8)[at % 10]
        self._new(
            Consent,
            contact_id=contact,
            state=state,
            source=ConsentSource.BY_TEXT,
            wording_version="1",
            asked_at=came,
            answered_at=None if state is ConsentState.ASKED else came + timedelta(hours=1),
            ends_at=came + timedelta(days=365) if state is ConsentState.GIVEN else None,
        )
        if at % 33 == 1:
            self._new(
                OptOut,
                phone_id=phone,
                sender=Sender.FAMILY,
                source=OptOutSource.KEYWORD,
                began_at=self.tx.now - timedelta(days=at % 80),
            )
        conversation = self._new(Conversation, phone_id=phone, contact_id=contact, last_text_at=came)
        return contact, phone, conversation

    def _promises(self, at: int, contact: UUID, incident: UUID, plan: UUID, came: datetime) -> None:
        for n, ahead in enumerate(self._ahead(at)):
            due = _at_ten(self.tx.now + timedelta(hours=ahead), at)
            self._new(
                CheckIn,
                contact_id=contact,
                incident_id=incident,
                step=f"day-{14 + n}",
                due_at=due,
                send_before=due + timedelta(hours=36),
                wording=ASKED_WORDING,
                plan_id=plan,
            )

    def _ahead(self, at: int) -> Iterator[int]:
        # 7 of 5 families' texts fall into the week ahead.
        yield from (24 * (1 + at % 6), 24 * (30 + at % 20))
        if at % 5 < 2:
            yield 24 * (1 + (at + 3) % 6) + 24

    def _talk(
        self,
        at: int,
        n: int,
        came: datetime,
        family: UUID,
        contact: UUID,
        phone: UUID,
        conversation: UUID,
        incident: UUID,
        plan: UUID,
    ) -> None:
        """A text of ours, and mostly their answer."""
        asked = came + (self.tx.now - came) * (n + 1) / 5
        answered = (at + n) % 3 != 0
        check_in = self._new(
            CheckIn,
            contact_id=contact,
            incident_id=incident,
            step=f"day-{n}",
            due_at=asked,
            send_before=asked + timedelta(hours=36),
            wording=ASKED_WORDING,
            plan_id=plan,
            state=CheckInState.ANSWERED if answered else CheckInState.CLOSED_AFTER_SILENCE,
            asked_at=asked,
            ended_at=asked + timedelta(hours=2 if answered else 48),
        )
        lost = (at + n) % 97 == 0
        self._new(
            OutboundMessage,
            kind=OutboundKind.CHECK_IN,
            lane=Lane.FAMILIES,
            sender=Sender.FAMILY,
            phone_id=phone,
            body=WORDS,
            dedupe_key=f"check-in:{check_in}",
            queued_at=asked,
            due_at=asked,
            not_after=asked + timedelta(hours=9),
            conversation_id=conversation,
            contact_id=contact,
            family_id=family,
            check_in_id=check_in,
            wording=ASKED_WORDING,
            state=OutboundState.UNDELIVERED if lost else OutboundState.DELIVERED,
            handed_at=asked,
            carrier_sid=f"SM{check_in.hex}",
            ended_at=asked + timedelta(seconds=5),
        )
        if answered:
            self._new(
                InboundMessage,
                carrier_sid=f"SN{check_in.hex}",
                sender=Sender.FAMILY,
                phone_id=phone,
                body=ANSWER,
                received_at=asked + timedelta(hours=2),
                state=InboundState.ANSWERED,
                conversation_id=conversation,
                answered_at=asked + timedelta(hours=2, seconds=4),
                screen_version="1",
            )

    def _work(self, at: int, came: datetime, family: UUID, team: UUID, contact: UUID, conversation: UUID) -> None:
        now = self.tx.now
        if at % 8 == 0:
            is_open = at % 200 == 0
            self._new(
                Task,
                kind=TaskKind.CALL_BACK,
                opened_at=came,
                due_at=now + timedelta(hours=at % 30 - 10),
                dedupe_key=f"call-back:{at}",
                owner_id=self.dice.choice(self.staff[team]).id,
                team_id=team,
                family_id=family,
                conversation_id=conversation,
                state=TaskState.OPEN if is_open else TaskState.DONE,
                done_at=None if is_open else came + timedelta(hours=5),
            )
        if at % 50 == 3:
            opened = came + (now - came) / 2
            self._new(
                Escalation,
                number=at + 12,
                level=DistressLevel.ACUTE if at % 3 else DistressLevel.HIGH,
                urgency=Urgency.URGENT if at % 3 else None,
                opened_at=opened,
                next_at=None,
                programme_id=self.programme.id,
                conversation_id=conversation,
                family_id=family,
                contact_id=contact,
                team_id=team,
                state=EscalationState.RESOLVED,
                acknowledged_at=opened + timedelta(minutes=at % 20),
                outcome=EscalationOutcome.REACHED,
                resolved_at=opened + timedelta(minutes=40),
            )
        if at % 5 == 0:
            ring = self.tx.keyring
            self._new(
                NeedNamed,
                family_id=family,
                named_at=came + (now - came) / 3,
                need_index=ring.index(sorted(NEEDS)[at // 5 % len(NEEDS)], "need"),
                index_version=ring.index_version,
                is_met=at % 2 == 0,
            )


def _at_ten(moment: datetime, at: int) -> datetime:
    """Spread over the hours in which texts go: from ten in the morning to six, in minutes."""
    return moment.astimezone(UTC).replace(hour=16, minute=0, second=0, microsecond=0) + timedelta(minutes=at % 480)
