"""The resource directory in the words of HSDS, and what came of each offer."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels = None
depends_on = None

#: Columns that are there from now on, and what stands in the rows that are there already.
_NEW: dict[str, tuple[sa.types.TypeEngine[Any], str]] = {
    "directory": (sa.String(length=80), "programme"),
    "organization_name": (sa.String(length=200), ""),
    "schedules": (sa.Text(), "[]"),
    "places": (sa.Text(), "[]"),
    "reach": (sa.Text(), "any"),
    "service_areas": (sa.Text(), ""),
    "taxonomy": (sa.Text(), ""),
    "discloses": (sa.String(length=40), ""),
    "last_modified": (sa.String(length=40), ""),
    "digest": (sa.String(length=64), ""),
    "wrong_reports": (sa.Integer(), "0"),
    "no_answers": (sa.Integer(), "0"),
}


def upgrade() -> None:
    with op.batch_alter_table("resource", schema=None) as batch_op:
        for name, (kind, now) in _NEW.items():
            batch_op.add_column(sa.Column(name, kind, nullable=False, server_default=now))
        batch_op.add_column(sa.Column("narrow", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("application_process", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("fees_description", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("assured_by", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_resource_assured_by"), "staff_member", ["assured_by"], ["id"])
        batch_op.drop_constraint(batch_op.f("uq_resource_source_id"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_resource_directory_source_id"), ["directory", "source_id"])
    op.create_table(
        "resource_reach",
        sa.Column("need", sa.String(length=40), nullable=False),
        sa.Column("reach", sa.String(length=120), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_resource_reach_resource_id")),
        sa.PrimaryKeyConstraint("need", "reach", "resource_id", name=op.f("pk_resource_reach")),
    )
    op.create_index(op.f("ix_resource_reach_resource_id"), "resource_reach", ["resource_id"], unique=False)
    op.create_table(
        "directory_import",
        sa.Column("directory", sa.String(length=80), nullable=False),
        sa.Column("imported_at", sa.TIMESTAMP(timezone=True), nullable=False),
        *(sa.Column(n, sa.Integer(), nullable=False) for n in ("added", "changed", "gone", "unchanged", "refused")),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_import")),
    )
    op.create_index(op.f("ix_directory_import_directory"), "directory_import", ["directory"], unique=False)
    with op.batch_alter_table("resource_offer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("outcome_at", sa.TIMESTAMP(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("check_in_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("place", sa.LargeBinary(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_resource_offer_check_in_id"), "check_in", ["check_in_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_resource_offer_check_in_id"), ["check_in_id"], unique=False)
        batch_op.create_index("ix_resource_offer_offered_at", ["offered_at"], unique=False)
    _carry_over()
    with op.batch_alter_table("resource", schema=None) as batch_op:
        batch_op.drop_column("hours")
        batch_op.drop_column("zips")


def downgrade() -> None:
    with op.batch_alter_table("resource_offer", schema=None) as batch_op:
        batch_op.drop_index("ix_resource_offer_offered_at")
        batch_op.drop_index(batch_op.f("ix_resource_offer_check_in_id"))
        batch_op.drop_constraint(batch_op.f("fk_resource_offer_check_in_id"), type_="foreignkey")
        for name in ("place", "check_in_id", "outcome_at"):
            batch_op.drop_column(name)
    op.drop_table("directory_import")
    op.drop_table("resource_reach")
    with op.batch_alter_table("resource", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hours", sa.Text(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("zips", sa.Text(), nullable=False, server_default=""))
        batch_op.drop_constraint(batch_op.f("uq_resource_directory_source_id"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_resource_source_id"), ["source_id"])
        batch_op.drop_constraint(batch_op.f("fk_resource_assured_by"), type_="foreignkey")
        for name in (*_NEW, "narrow", "application_process", "fees_description", "assured_by"):
            batch_op.drop_column(name)


def _carry_over() -> None:
    """What is in the directory already keeps its hours and its ZIP codes, in the new words."""
    connection = op.get_bind()
    resource = sa.table("resource", *(sa.column(n) for n in ("id", "needs", "zips", "hours", "schedules", "reach")))
    reached = sa.table("resource_reach", *(sa.column(n) for n in ("need", "reach", "resource_id")))
    for row in connection.execute(sa.select(resource)).mappings().all():
        reach = [f"zip:{each}" for each in row["zips"].split()] or ["any"]
        schedules = [_schedule(each) for each in json.loads(row["hours"])]
        connection.execute(
            resource.update()
            .where(resource.c.id == row["id"])
            .values(schedules=json.dumps(schedules), reach="\n".join(reach))
        )
        for need in row["needs"].split():
            for each in reach:
                connection.execute(reached.insert().values(need=need, reach=each, resource_id=row["id"]))


def _schedule(hours: dict[str, Any]) -> dict[str, Any]:
    return {"opens_at": hours["opens_at"], "closes_at": hours["closes_at"], "byday": ",".join(hours["days"])}
