"""The glossary speaks of what is there, and of all of it."""

from __future__ import annotations

import ast
import re
from functools import cache

from bot.directives import DIRECTIVES
from checkback.care import model
from checkback.care.model import Entity
from tests.docs import pages
from tests.house.tree import ROOT, named

GLOSSARY = ROOT / "docs" / "glossary.md"
A_CLASS = re.compile(r"[A-Z][a-z]+(?:[A-Z][a-z]+)*")


def _words() -> set[str]:
    return {span for span in pages.spans(GLOSSARY) if A_CLASS.fullmatch(span)}


@cache
def _classes() -> set[str]:
    homes = [path for path in named(".py") if path.relative_to(ROOT).parts[0] in ("checkback", "bot")]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in homes]
    return {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}


def test_every_word_that_is_spelled_like_a_class_is_one():
    assert _words() - _classes() == set()


def test_every_entity_has_its_word():
    entities = {each for each in vars(model).values() if isinstance(each, type) and issubclass(each, Entity)}
    assert {entity.__name__ for entity in entities - {Entity}} - _words() == set()


def test_every_directive_has_its_word():
    assert {kind.__name__ for kind in DIRECTIVES.values()} - _words() == set()


def test_every_class_named_in_a_decision_is_one():
    said = {span for record in pages.RECORDS for span in pages.spans(record) if re.fullmatch(r"[A-Z]\w+\.\w+", span)}
    assert said
    assert {span.split(".")[0] for span in said} - _classes() == set()
