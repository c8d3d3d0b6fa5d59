"""What is kept about a family goes again when its time has come: purges, legal holds, and which texts were redacted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels = None
depends_on = None

_MOMENT = sa.TIMESTAMP(timezone=True)
_STANDING = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "purge",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("taken_out", sa.Integer(), nullable=False),
        sa.Column("done_at", _MOMENT, nullable=True),
        sa.Column("aside_until", _MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_purge_family_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["staff_member.id"], name=op.f("fk_purge_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purge")),
        sa.UniqueConstraint("family_id", "kind", name=op.f("uq_purge_family_id_kind")),
    )
    op.create_index("ix_purge_done_at", "purge", ["done_at"])
    op.create_table(
        "legal_hold",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("placed_at", _MOMENT, nullable=False),
        sa.Column("placed_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_legal_hold_family_id")),
        sa.ForeignKeyConstraint(["placed_by"], ["staff_member.id"], name=op.f("fk_legal_hold_placed_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["staff_member.id"], name=op.f("fk_legal_hold_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(
        "uq_legal_hold_standing",
        "legal_hold",
        ["family_id"],
        unique=True,
        sqlite_where=_STANDING,
        postgresql_where=_STANDING,
    )
    for table in ("inbound_message", "outbound_message"):
        op.add_column(table, sa.Column("redacted_at", _MOMENT, nullable=True))


def downgrade() -> None:
    for table in ("inbound_message", "outbound_message"):
        op.drop_column(table, "redacted_at")
    op.drop_table("legal_hold")
    op.drop_table("purge")
