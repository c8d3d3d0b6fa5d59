"""Where a text's pictures are, and the letters of one that came encoded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("inbound_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("media", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("as_delivered", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("inbound_message", schema=None) as batch_op:
        batch_op.drop_column("as_delivered")
        batch_op.drop_column("media")
