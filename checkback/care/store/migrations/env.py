"""Runs the history on the connection the store hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

from checkback.care.model import Base


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """A migration names plain column types: the history must run when our own types have changed or gone."""
    if kind == "type" and isinstance(item, TypeDecorator):
        if type(item).__name__ == "UtcDateTime":
            return "sa.TIMESTAMP(timezone=True)"
        return f"sa.{item.impl_instance!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_item=render_item,
    render_as_batch=True,
)

with context.begin_transaction():
    context.run_migrations()
