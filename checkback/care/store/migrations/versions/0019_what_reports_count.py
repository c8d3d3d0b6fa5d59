"""Reports count by area and by need, without opening what is sealed.

Families enrolled before have no area, and needs named before are not counted: both stand as "not known".
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels = None
depends_on = None

_MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("family", schema=None) as batch_op:
        batch_op.add_column(sa.Column("area", sa.String(length=3), nullable=True))
    op.create_table(
        "need_named",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("named_at", _MOMENT, nullable=False),
        sa.Column("need_index", sa.LargeBinary(), nullable=False),
        sa.Column("index_version", sa.Integer(), nullable=False),
        sa.Column("is_met", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_need_named_family_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_named")),
    )
    op.create_index("ix_need_named_family_id", "need_named", ["family_id"])
    op.create_index("ix_need_named_named_at", "need_named", ["named_at"])
    op.create_index("ix_check_in_asked", "check_in", ["asked_at"])
    op.create_index("ix_outbound_message_handed", "outbound_message", ["handed_at"])
    op.create_index("ix_escalation_opened", "escalation", ["opened_at"])


def downgrade() -> None:
    op.drop_index("ix_escalation_opened", "escalation")
    op.drop_index("ix_outbound_message_handed", "outbound_message")
    op.drop_index("ix_check_in_asked", "check_in")
    op.drop_table("need_named")
    with op.batch_alter_table("family", schema=None) as batch_op:
        batch_op.drop_column("area")
