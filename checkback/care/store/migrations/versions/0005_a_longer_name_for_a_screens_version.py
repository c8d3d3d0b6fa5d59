"""The version of a screen names its patterns and its classifier, which takes more room."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None

_TABLES = ("inbound_message", "distress_signal")


def upgrade() -> None:
    _widen(40, 80)


def downgrade() -> None:
    _widen(80, 40)


def _widen(was: int, becomes: int) -> None:
    for table in _TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(
                "screen_version",
                existing_type=sa.String(length=was),
                type_=sa.String(length=becomes),
                existing_nullable=False,
            )
