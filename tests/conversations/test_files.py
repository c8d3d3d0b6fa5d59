"""What the files at the root promise: no sentence in the domain, no example that means two things."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot import directives
from bot.folding import fold
from bot.train import sources
from tests.conversations.house import ROOT

FEWEST_EXAMPLES = 40
#: Needs that are only ever acted on when they are named: the words in actions/needs.py find them.
NAMED_IN_FULL = ("state_need/hiv", "state_need/partner-violence", "state_need/substance-use")


def read(path: Path) -> Any:
    return YAML(typ="safe").load(path)


def responses() -> list[tuple[str, dict[str, Any]]]:
    return [(name, one) for name, many in read(ROOT / "domain.yml")["responses"].items() for one in many]


def _filled(custom: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value).strip("{}") for name, value in custom.items()}


def examples() -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for path in sorted((ROOT / "data/nlu").glob("*.yml")):
        for part in read(path)["nlu"]:
            told.setdefault(part["intent"], []).extend(
                line.removeprefix("- ") for line in part["examples"].splitlines()
            )
    return told


def test_no_response_holds_a_sentence() -> None:
    assert [name for name, response in responses() if set(response) != {"custom"}] == []


def test_every_response_is_in_the_contract() -> None:
    """With every slot told, as the channel tells them; one that is not told counts as absent there."""
    assert all(directives.parse(_filled(response["custom"])) for _, response in responses())


def test_every_response_is_used_by_a_rule_or_the_fallback() -> None:
    rules = "".join(path.read_text() for path in (ROOT / "data/rules").glob("*.yml"))
    assert [name for name, _ in responses() if f"action: {name}\n" not in rules] == []


def test_no_example_means_two_things() -> None:
    meanings: dict[str, set[str]] = defaultdict(set)
    for intent, texts in examples().items():
        for text in texts:
            meanings[fold(text)].add(intent)
    assert {text: intents for text, intents in meanings.items() if len(intents) > 1} == {}


@pytest.mark.parametrize("intent", sorted(set(examples()) - {"start_check_in", *NAMED_IN_FULL}))
def test_every_intent_has_examples_enough(intent: str) -> None:
    assert len(examples()[intent]) >= FEWEST_EXAMPLES


def test_the_model_depends_on_every_file_that_teaches_it() -> None:
    taught = {path for folder in ("nlu", "rules") for path in Path("data", folder).glob("*.yml")}
    assert taught < set(sources())


def test_rasa_finds_the_stories_as_they_are_written(model: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "rasa", "test", "core", "--fail-on-prediction-errors"]
    command += [
        "-m",
        str(model),
        "-s",
        "tests/conversations/stories.yml",
        "--out",
        str(tmp_path),
        "--endpoints",
        "none",
    ]
    tested = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert tested.returncode == 0, tested.stdout[-2000:] + tested.stderr[-2000:]
