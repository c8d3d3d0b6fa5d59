"""A phone counts as safe for a while; texts keep for which phones they were worded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0012"
branch_labels = None
depends_on = None

_MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.add_column(sa.Column("safe_days", sa.Integer(), nullable=False, server_default="30"))
    with op.batch_alter_table("safety_preference", schema=None) as batch_op:
        batch_op.add_column(sa.Column("said_safe_at", _MOMENT, nullable=True))
        batch_op.add_column(sa.Column("asked_at", _MOMENT, nullable=True))
    with op.batch_alter_table("outbound_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mode", sa.String(length=40), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("outbound_message", schema=None) as batch_op:
        batch_op.drop_column("mode")
    with op.batch_alter_table("safety_preference", schema=None) as batch_op:
        batch_op.drop_column("asked_at")
        batch_op.drop_column("said_safe_at")
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.drop_column("safe_days")
