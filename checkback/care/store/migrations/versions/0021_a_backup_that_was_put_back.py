"""A backup that was put back is known as one, with what the carrier had sent since."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels = None
depends_on = None

_MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "restoration",
        sa.Column("backup_at", _MOMENT, nullable=False),
        sa.Column("restored_at", _MOMENT, nullable=False),
        sa.Column("reconciled_at", _MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restoration")),
    )
    op.create_table(
        "gone_text",
        sa.Column("phone_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("carrier_sid", sa.String(length=64), nullable=False),
        sa.Column("went_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_gone_text_phone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gone_text")),
        sa.UniqueConstraint("carrier_sid", name=op.f("uq_gone_text_carrier_sid")),
    )
    op.create_index("ix_gone_text_phone", "gone_text", ["phone_id", "digest"])


def downgrade() -> None:
    op.drop_table("gone_text")
    op.drop_table("restoration")
