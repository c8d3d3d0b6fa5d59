"""A text of ours says which version of the sentences it was made of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outbound_message") as table:
        table.add_column(sa.Column("wording_version", sa.String(40), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("outbound_message") as table:
        table.drop_column("wording_version")
