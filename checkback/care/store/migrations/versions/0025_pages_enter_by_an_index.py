"""What pages count of a day, and whose escalations were whose, is found by an index."""

from __future__ import annotations

from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_inbound_message_received", "inbound_message", ["received_at"])
    op.create_index(op.f("ix_escalation_acknowledged_by"), "escalation", ["acknowledged_by"])


def downgrade() -> None:
    op.drop_index(op.f("ix_escalation_acknowledged_by"), table_name="escalation")
    op.drop_index("ix_inbound_message_received", table_name="inbound_message")
