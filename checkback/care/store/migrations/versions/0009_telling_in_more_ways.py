"""Staff are told by text, call and e-mail, by policies and rotas of their own."""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None

_MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    _policies()
    _escalations()
    _rotas()
    _ways()
    _what_was_already_so()


def _policies() -> None:
    with op.batch_alter_table("escalation_policy", schema=None) as batch_op:
        batch_op.drop_constraint("uq_escalation_policy_programme_id_level_urgency", type_="unique")
        batch_op.create_unique_constraint(
            "uq_escalation_policy_programme_id_level_urgency_version", ["programme_id", "level", "urgency", "version"]
        )
        batch_op.add_column(sa.Column("only_in_hours", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("approved_at", _MOMENT, nullable=True))
        batch_op.add_column(sa.Column("approved_by", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("ended_at", _MOMENT, nullable=True))
        batch_op.create_foreign_key(
            "fk_escalation_policy_approved_by_staff_member", "staff_member", ["approved_by"], ["id"]
        )
    for table in ("escalation_policy_step", "escalation_step"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("role", sa.String(length=40), nullable=True))
            batch_op.add_column(sa.Column("hours", sa.String(length=40), nullable=False, server_default="any"))


def _escalations() -> None:
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("round", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("risen_at", _MOMENT, nullable=True))
        batch_op.add_column(sa.Column("policy_version", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("only_in_hours", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("calling_by", _MOMENT, nullable=True))
    with op.batch_alter_table("escalation_notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("way", sa.String(length=40), nullable=False, server_default="sms"))
        batch_op.add_column(sa.Column("round", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("step", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("passed_at", _MOMENT, nullable=True))
        batch_op.add_column(sa.Column("why", sa.String(length=40), nullable=True))


def _rotas() -> None:
    with op.batch_alter_table("rota", schema=None) as batch_op:
        batch_op.add_column(sa.Column("zone", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("starts_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("changes_at", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("feed_version", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("rota_shift", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source", sa.String(length=200), nullable=False, server_default="override"))
    op.create_table(
        "rota_turn",
        sa.Column("rota_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["rota_id"], ["rota.id"], name=op.f("fk_rota_turn_rota_id_rota")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_rota_turn_staff_id_staff_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota_turn")),
        sa.UniqueConstraint("rota_id", "position", name=op.f("uq_rota_turn_rota_id_position")),
    )


def _ways() -> None:
    op.create_table(
        "staff_way",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("levels", sa.String(length=40), nullable=False),
        sa.Column("after_seconds", sa.Integer(), nullable=False),
        sa.Column("phone_id", sa.Uuid(), nullable=True),
        sa.Column("verified_at", _MOMENT, nullable=True),
        sa.Column("code_index", sa.LargeBinary(), nullable=True),
        sa.Column("code_until", _MOMENT, nullable=True),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_staff_way_phone_id_phone")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_staff_way_staff_id_staff_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_way")),
        sa.UniqueConstraint("staff_id", "way", name=op.f("uq_staff_way_staff_id_way")),
    )
    op.create_table(
        "summons",
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False),
        sa.Column("queued_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("not_after", _MOMENT, nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        sa.Column("way_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("phone_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("lease_until", _MOMENT, nullable=True),
        sa.Column("carrier_sid", sa.String(length=64), nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["escalation_notice.id"], name=op.f("fk_summons_notice_id_escalation_notice")
        ),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_summons_phone_id_phone")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_summons_staff_id_staff_member")),
        sa.ForeignKeyConstraint(["way_id"], ["staff_way.id"], name=op.f("fk_summons_way_id_staff_way")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summons")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_summons_dedupe_key")),
        sa.UniqueConstraint("notice_id", name=op.f("uq_summons_notice_id")),
    )
    op.create_index("ix_summons_carrier_sid", "summons", ["carrier_sid"])
    op.create_index("ix_summons_due", "summons", ["state", "due_at"])


def _what_was_already_so() -> None:
    """Policies that are in use stay so, and phones that get alerts today go on getting them."""
    op.execute("UPDATE escalation_policy SET approved_at = CURRENT_TIMESTAMP")
    for table in ("escalation_policy", "escalation"):
        op.execute(sa.text(f"UPDATE {table} SET only_in_hours = :yes WHERE level <> 'acute'").bindparams(yes=True))  # noqa: S608 - our own tables
    staff = sa.table("staff_member", sa.column("id", sa.Uuid()), sa.column("phone_id", sa.Uuid()))
    ways = sa.table(
        "staff_way",
        sa.column("id", sa.Uuid()),
        sa.column("staff_id", sa.Uuid()),
        sa.column("way", sa.String()),
        sa.column("levels", sa.String()),
        sa.column("after_seconds", sa.Integer()),
        sa.column("verified_at", _MOMENT),
        sa.column("wrong_codes", sa.Integer()),
    )
    now = sa.func.current_timestamp()
    for (member,) in op.get_bind().execute(sa.select(staff.c.id).where(staff.c.phone_id.is_not(None))).all():
        op.execute(
            sa.insert(ways).values(
                id=uuid4(),
                staff_id=member,
                way="sms",
                levels="emergent urgent high",
                after_seconds=0,
                verified_at=now,
                wrong_codes=0,
            )
        )


def downgrade() -> None:
    op.drop_table("summons")
    op.drop_table("staff_way")
    op.drop_table("rota_turn")
    _drop("rota_shift", "source")
    _drop("rota", "feed_version", "changes_at", "starts_on", "zone")
    _drop("escalation_notice", "why", "passed_at", "step", "round", "way")
    _drop("escalation", "calling_by", "only_in_hours", "policy_version", "risen_at", "round")
    for table in ("escalation_step", "escalation_policy_step"):
        _drop(table, "hours", "role")
    op.execute(
        "DELETE FROM escalation_policy_step WHERE policy_id IN (SELECT id FROM escalation_policy WHERE version > 1)"
    )
    op.execute("DELETE FROM escalation_policy WHERE version > 1")
    with op.batch_alter_table("escalation_policy", schema=None) as batch_op:
        batch_op.drop_constraint("uq_escalation_policy_programme_id_level_urgency_version", type_="unique")
        batch_op.create_unique_constraint(
            "uq_escalation_policy_programme_id_level_urgency", ["programme_id", "level", "urgency"]
        )
    _drop(
        "escalation_policy",
        "ended_at",
        "approved_by",
        "approved_at",
        "only_in_hours",
        foreign_key="fk_escalation_policy_approved_by_staff_member",
    )


def _drop(table: str, *columns: str, foreign_key: str | None = None) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        if foreign_key is not None:
            batch_op.drop_constraint(foreign_key, type_="foreignkey")
        for column in columns:
            batch_op.drop_column(column)
