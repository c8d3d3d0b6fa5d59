"""Senders have buckets, texts a priority and their tries, phones a trouble."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sender_bucket",
        sa.Column("sender", sa.String(length=40), nullable=False),
        sa.Column("free_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("slow_until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("paused_until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("paused_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("sender", name=op.f("pk_sender_bucket")),
    )
    with op.batch_alter_table("phone", schema=None) as batch_op:
        batch_op.add_column(sa.Column("trouble", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("trouble_since", sa.TIMESTAMP(timezone=True), nullable=True))
    with op.batch_alter_table("outbound_message", schema=None) as batch_op:
        batch_op.drop_index("ix_outbound_message_due")
        # What is queued already: everything in the lane of alerts goes before the rest, as until now.
        batch_op.add_column(sa.Column("priority", sa.Integer(), nullable=False, server_default="8"))
        batch_op.add_column(sa.Column("segments", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("earlier_sids", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE outbound_message SET priority = 1 WHERE lane = 'alerts'")
    with op.batch_alter_table("outbound_message", schema=None) as batch_op:
        batch_op.create_index("ix_outbound_message_due", ["lane", "state", "priority", "due_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("outbound_message", schema=None) as batch_op:
        batch_op.drop_index("ix_outbound_message_due")
        batch_op.drop_column("earlier_sids")
        batch_op.drop_column("segments")
        batch_op.drop_column("priority")
        batch_op.create_index("ix_outbound_message_due", ["lane", "state", "due_at"], unique=False)
    with op.batch_alter_table("phone", schema=None) as batch_op:
        batch_op.drop_column("trouble_since")
        batch_op.drop_column("trouble")
    op.drop_table("sender_bucket")
