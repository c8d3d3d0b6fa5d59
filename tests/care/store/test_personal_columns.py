"""No column comes into the model unless somebody has said what becomes of it when a family asks, and when they go."""

from __future__ import annotations

import pytest

from checkback.care.model import Base
from checkback.care.model.base import Sealed
from checkback.care.store.belonging import FAMILY, PHONE, pointers
from checkback.care.store.personal import COLUMNS, NOTHING_OF_A_FAMILY, STATISTICS

TABLES = Base.metadata.tables


def test_each_table_is_a_familys_or_nobodys():
    assert sorted([*COLUMNS, *NOTHING_OF_A_FAMILY]) == sorted(TABLES)


def test_whatever_points_at_a_family_or_a_phone_is_a_familys():
    """Staff have phones too: what tells them apart is that a phone of theirs is never a family's own."""
    theirs = {FAMILY, PHONE}
    for table in Base.metadata.sorted_tables:
        if any(target in theirs for _, target in pointers(table)) and table.name not in ("staff_member", "staff_way"):
            theirs.add(table)
    assert {table.name for table in theirs} == set(COLUMNS)


@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_each_column_is_named_once(table):
    assert sorted(COLUMNS[table].every) == sorted(column.name for column in TABLES[table].columns)


@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_what_is_sealed_is_given_out_and_taken_out(table):
    sealed = {column.name for column in TABLES[table].columns if isinstance(column.type, Sealed)}
    goes = set(f"{COLUMNS[table].words} {COLUMNS[table].record}".split())
    assert {f"{table}.{name}" for name in sealed - goes} <= STATISTICS
    assert sealed <= COLUMNS[table].given_out
