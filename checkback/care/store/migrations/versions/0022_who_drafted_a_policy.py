"""Who wrote a policy of alerts by hand is known, so that somebody else approves it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("escalation_policy") as batch_op:
        batch_op.add_column(sa.Column("drafted_by", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_escalation_policy_drafted_by"), "staff_member", ["drafted_by"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("escalation_policy") as batch_op:
        batch_op.drop_constraint(op.f("fk_escalation_policy_drafted_by"), type_="foreignkey")
        batch_op.drop_column("drafted_by")
