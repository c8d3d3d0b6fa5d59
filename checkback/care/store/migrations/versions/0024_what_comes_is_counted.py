"""What is planned is counted, and read a page at a time, without reading the promises themselves."""

from __future__ import annotations

from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels = None
depends_on = None

WIDE = ["state", "due_at", "id", "held_at", "contact_id", "plan_id"]


def upgrade() -> None:
    op.drop_index("ix_check_in_due", table_name="check_in")
    op.create_index("ix_check_in_due", "check_in", WIDE)


def downgrade() -> None:
    op.drop_index("ix_check_in_due", table_name="check_in")
    op.create_index("ix_check_in_due", "check_in", ["state", "due_at"])
