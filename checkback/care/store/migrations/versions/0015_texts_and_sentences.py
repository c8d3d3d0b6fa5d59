"""A hold on one text, and sentences in versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0011"
branch_labels = None
depends_on = None

_TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.add_column(sa.Column("check_in_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_hold_check_in_id"), "check_in", ["check_in_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_hold_check_in_id"), ["check_in_id"])
    op.create_table(
        "wording_version",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("drafted_at", _TIME, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", _TIME, nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["drafted_by"], ["staff_member.id"], name=op.f("fk_wording_version_drafted_by")),
        sa.ForeignKeyConstraint(["approved_by"], ["staff_member.id"], name=op.f("fk_wording_version_approved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording_version")),
        sa.UniqueConstraint(
            "key", "language", "mode", "version", name=op.f("uq_wording_version_key_language_mode_version")
        ),
    )


def downgrade() -> None:
    op.drop_table("wording_version")
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hold_check_in_id"))
        batch_op.drop_constraint(batch_op.f("fk_hold_check_in_id"), type_="foreignkey")
        batch_op.drop_column("check_in_id")
