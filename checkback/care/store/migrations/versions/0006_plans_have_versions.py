"""Plans are drafted, approved and followed in versions.

What stands in the table from before was never followed beyond its promised check-in: it is retired, and the programme's
files are drafted anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("check_in_plan", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(length=40), nullable=False, server_default="retired"))
        batch_op.add_column(sa.Column("drafted_at", sa.TIMESTAMP(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("drafted_by", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_check_in_plan_drafted_by_staff_member"), "staff_member", ["drafted_by"], ["id"]
        )
    op.execute("UPDATE check_in_plan SET drafted_at = COALESCE(approved_at, CURRENT_TIMESTAMP)")
    with op.batch_alter_table("check_in_plan", schema=None) as batch_op:
        batch_op.alter_column("drafted_at", existing_type=sa.TIMESTAMP(timezone=True), nullable=False)
    with op.batch_alter_table("check_in", schema=None) as batch_op:
        batch_op.add_column(sa.Column("dialogue", sa.String(length=40), nullable=False, server_default="check-in"))
    with op.batch_alter_table("family", schema=None) as batch_op:
        batch_op.add_column(sa.Column("plan_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_family_plan_id_check_in_plan"), "check_in_plan", ["plan_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_family_plan_id"), ["plan_id"])


def downgrade() -> None:
    with op.batch_alter_table("family", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_family_plan_id"))
        batch_op.drop_constraint(batch_op.f("fk_family_plan_id_check_in_plan"), type_="foreignkey")
        batch_op.drop_column("plan_id")
    with op.batch_alter_table("check_in", schema=None) as batch_op:
        batch_op.drop_column("dialogue")
    with op.batch_alter_table("check_in_plan", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_check_in_plan_drafted_by_staff_member"), type_="foreignkey")
        for column in ("ended_at", "drafted_by", "drafted_at", "state"):
            batch_op.drop_column(column)
