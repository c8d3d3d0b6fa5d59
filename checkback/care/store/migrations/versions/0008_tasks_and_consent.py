"""Tasks have owners who answer for them; consent has an end and a guardian; numbers may have changed hands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None

_MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    _new_tables()
    op.execute("UPDATE consent SET scope = 'this-programme' WHERE scope = 'check-ins'")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.add_column(sa.Column("guardian_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("recorded_by", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("asked_again_at", _MOMENT, nullable=True))
        batch_op.add_column(sa.Column("asked_again_version", sa.String(length=40), nullable=True))
        batch_op.create_foreign_key(op.f("fk_consent_guardian_id"), "contact", ["guardian_id"], ["id"])
        batch_op.create_foreign_key(op.f("fk_consent_recorded_by"), "staff_member", ["recorded_by"], ["id"])
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_minor", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("may_be_danger", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("family", schema=None) as batch_op:
        batch_op.add_column(sa.Column("batch_id", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_family_batch_id"), ["batch_id"], unique=False)
        batch_op.create_foreign_key(op.f("fk_family_batch_id"), "import_batch", ["batch_id"], ["id"])
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.add_column(sa.Column("as_told", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("phone", schema=None) as batch_op:
        batch_op.add_column(sa.Column("doubt", sa.String(length=40), nullable=True))
        for name in ("doubt_since", "looked_up_at", "look_up_after", "sure_at"):
            batch_op.add_column(sa.Column(name, _MOMENT, nullable=True))
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("result", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("raised_to_id", sa.Uuid(), nullable=True))
        for name in ("told_at", "put_off_until", "raised_at", "raised_told_at", "aside_until"):
            batch_op.add_column(sa.Column(name, _MOMENT, nullable=True))
        batch_op.create_foreign_key(op.f("fk_task_raised_to_id"), "staff_member", ["raised_to_id"], ["id"])


def _new_tables() -> None:
    op.create_table(
        "absence",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        sa.Column("backup_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_absence_staff_id")),
        sa.ForeignKeyConstraint(["backup_id"], ["staff_member.id"], name=op.f("fk_absence_backup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_staff_id"), "absence", ["staff_id"])
    op.create_table(
        "team_backup",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["care_team.id"], name=op.f("fk_team_backup_team_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_team_backup_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_backup")),
        sa.UniqueConstraint("team_id", name=op.f("uq_team_backup_team_id")),
    )
    op.create_table(
        "import_batch",
        sa.Column("imported_at", _MOMENT, nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("undone_at", _MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_table(
        "task_move",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("from_id", sa.Uuid(), nullable=True),
        sa.Column("to_id", sa.Uuid(), nullable=True),
        sa.Column("until", _MOMENT, nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_move_task_id")),
        *(
            sa.ForeignKeyConstraint([name], ["staff_member.id"], name=op.f(f"fk_task_move_{name}"))
            for name in ("by_id", "from_id", "to_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_move")),
    )
    op.create_index(op.f("ix_task_move_task_id"), "task_move", ["task_id"])


def downgrade() -> None:
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_task_raised_to_id"), type_="foreignkey")
        for name in (
            "result",
            "raised_to_id",
            "told_at",
            "put_off_until",
            "raised_at",
            "raised_told_at",
            "aside_until",
        ):
            batch_op.drop_column(name)
    with op.batch_alter_table("phone", schema=None) as batch_op:
        for name in ("doubt", "doubt_since", "looked_up_at", "look_up_after", "sure_at"):
            batch_op.drop_column(name)
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_column("as_told")
    with op.batch_alter_table("family", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_family_batch_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_family_batch_id"))
        batch_op.drop_column("batch_id")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_column("is_minor")
        batch_op.drop_column("may_be_danger")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        for name in ("guardian_id", "recorded_by"):
            batch_op.drop_constraint(op.f(f"fk_consent_{name}"), type_="foreignkey")
        for name in ("guardian_id", "recorded_by", "asked_again_at", "asked_again_version"):
            batch_op.drop_column(name)
    op.execute("UPDATE consent SET scope = 'check-ins' WHERE scope = 'this-programme'")
    for table in ("task_move", "import_batch", "team_backup", "absence"):
        op.drop_table(table)
