"""The screen is reviewed: texts read again, a pilot in which only the clinical lead is paged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "screening_review",
        sa.Column("inbound_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("verdict", sa.String(length=40), nullable=True),
        sa.Column("should_be", sa.String(length=40), nullable=True),
        sa.Column("judged_by", sa.Uuid(), nullable=True),
        sa.Column("judged_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inbound_id"], ["inbound_message.id"], name=op.f("fk_screening_review_inbound_id_inbound_message")
        ),
        sa.ForeignKeyConstraint(
            ["judged_by"], ["staff_member.id"], name=op.f("fk_screening_review_judged_by_staff_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_review")),
        sa.UniqueConstraint("inbound_id", name=op.f("uq_screening_review_inbound_id")),
    )
    op.create_index("ix_screening_review_week", "screening_review", ["week"])
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.add_column(sa.Column("screening", sa.String(length=40), nullable=False, server_default="live"))
    with op.batch_alter_table("staff_member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_clinical_lead", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("staff_member", schema=None) as batch_op:
        batch_op.drop_column("is_clinical_lead")
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.drop_column("screening")
    op.drop_table("screening_review")
