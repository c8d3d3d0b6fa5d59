"""What may hold a text back: days, holidays, holds and caps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None

_TIME = sa.TIMESTAMP(timezone=True)
_OF_A_PROGRAMME = {
    "rest_hours": "12",
    "calm_hours": "12",
    "texts_a_day": "1",
    "texts_a_week": "3",
    "starts_a_minute": "60",
}


def upgrade() -> None:
    op.create_table(
        "hold",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("placed_at", _TIME, nullable=False),
        sa.Column("starts_at", _TIME, nullable=False),
        sa.Column("ends_at", _TIME, nullable=True),
        sa.Column("family_id", sa.Uuid(), nullable=True),
        sa.Column("plan", sa.String(length=40), nullable=True),
        sa.Column("placed_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_hold_programme_id_programme")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_hold_family_id_family")),
        sa.ForeignKeyConstraint(["placed_by"], ["staff_member.id"], name=op.f("fk_hold_placed_by_staff_member")),
        sa.ForeignKeyConstraint(["ended_by"], ["staff_member.id"], name=op.f("fk_hold_ended_by_staff_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        sa.UniqueConstraint("number", name=op.f("uq_hold_number")),
    )
    op.create_index(
        "uq_hold_standing",
        "hold",
        ["key"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_hold_ended_at", "hold", ["ended_at"])
    op.create_index(op.f("ix_hold_family_id"), "hold", ["family_id"])
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.drop_column("held_since")
        batch_op.add_column(sa.Column("holidays", sa.String(length=10), nullable=False, server_default="US"))
        for name, default in _OF_A_PROGRAMME.items():
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default=default))
    with op.batch_alter_table("family", schema=None) as batch_op:
        batch_op.drop_column("held_since")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("other_zones", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("days", sa.String(length=20), nullable=False, server_default=""))
    with op.batch_alter_table("check_in", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held_at", _TIME, nullable=True))
    with op.batch_alter_table("outbound_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held_at", _TIME, nullable=True))
        batch_op.add_column(sa.Column("valid_until", _TIME, nullable=True))
    with op.batch_alter_table("sender_bucket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("starts_free_at", _TIME, nullable=True))
    op.create_index("ix_outbound_message_contact", "outbound_message", ["contact_id", "handed_at"])
    for table in ("check_in", "outbound_message"):
        op.create_index(
            f"ix_{table}_held",
            table,
            ["held_at"],
            sqlite_where=sa.text("held_at IS NOT NULL"),
            postgresql_where=sa.text("held_at IS NOT NULL"),
        )


def downgrade() -> None:
    op.drop_index("ix_outbound_message_contact", "outbound_message")
    for table in ("check_in", "outbound_message"):
        op.drop_index(f"ix_{table}_held", table)
    with op.batch_alter_table("sender_bucket", schema=None) as batch_op:
        batch_op.drop_column("starts_free_at")
    with op.batch_alter_table("outbound_message", schema=None) as batch_op:
        batch_op.drop_column("valid_until")
        batch_op.drop_column("held_at")
    with op.batch_alter_table("check_in", schema=None) as batch_op:
        batch_op.drop_column("held_at")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_column("days")
        batch_op.drop_column("other_zones")
    with op.batch_alter_table("family", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held_since", _TIME, nullable=True))
    with op.batch_alter_table("programme", schema=None) as batch_op:
        for name in (*_OF_A_PROGRAMME, "holidays"):
            batch_op.drop_column(name)
        batch_op.add_column(sa.Column("held_since", _TIME, nullable=True))
    op.drop_table("hold")
