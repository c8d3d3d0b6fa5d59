"""Whatever a page tells one to type works."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import typer

from checkback.adapters.passwords import DEMO_PASSWORD
from checkback.assembly.settings import PREFIX, Settings, SettingsError, load_settings
from checkback.care.program import load_programme
from checkback.cli import app
from tests.docs import pages
from tests.house.tree import ROOT, texts

README = ROOT / "README.md"
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
VARIABLE = re.compile(r"\b(?:CHECKBACK|TWILIO)_[A-Z_]*[A-Z]\b")


def test_every_line_for_make_is_there_and_what_it_runs_too():
    named = {name for _, line in pages.code() for name in re.findall(r"(?:^|\s)make ([a-z]+)", line)}
    targets = dict(re.findall(r"^([a-z]+):.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE))
    assert named <= targets.keys()
    modules = [module for name in named for module in re.findall(r"-m ((?:scripts|bot)\.\w+)", targets[name])]
    assert [module for module in modules if not (ROOT / f"{module.replace('.', '/')}.py").exists()] == []


def test_every_command_is_there_with_its_options():
    lines = [line for _, line in pages.code() if line.startswith("checkback ") and not line.endswith((":", "."))]
    assert len(lines) > 5
    wrong = [line for line in lines if _unknown(line)]
    assert wrong == []


def _unknown(line: str) -> bool:
    """Whether the command, its sub-command or an option of it does not exist; the remark after it is not read."""
    words = line.split("  ", maxsplit=1)[0].split()[1:]
    command = typer.main.get_command(app)
    while words and words[0].islower() and (commands := _commands(command)):
        word, *words = words
        if word not in commands:
            return True
        command = commands[word]
    options = {option for parameter in command.params for option in parameter.opts}
    return any(word.startswith("--") and word not in options for word in words)


def _commands(command: Any) -> Mapping[str, Any]:
    """The commands below this one; none below one that is run."""
    return getattr(command, "commands", {})


def test_every_process_that_can_be_served_is_in_the_table_with_its_port():
    told = {row[0].strip("`"): row[1] for row in pages.rows(README, "Run it")}
    served = _commands(_commands(typer.main.get_command(app))["serve"])
    assert told.keys() == served.keys()
    defaults = {name: str(Settings.model_fields[f"{name}_port"].default) for name in told}
    assert {name: port for name, port in told.items() if port and port != defaults[name]} == {}


def test_every_setting_is_in_the_table_and_no_other():
    told = {row[0].strip("`") for row in pages.rows(README, "Settings")}
    assert told == {_variable(field) for field in Settings.model_fields}


def test_the_table_says_which_settings_a_live_house_needs():
    told = {row[0].strip("`") for row in pages.rows(README, "Settings") if row[1] == "needed"}
    try:
        load_settings({})
    except SettingsError as error:
        assert set(re.findall(r"(\w+) is missing", str(error))) == told
    else:
        raise AssertionError("a live house that is told nothing starts")


def test_every_variable_that_is_named_is_read_somewhere():
    settings = {_variable(field) for field in Settings.model_fields}
    read = {name for path, text in texts() if not path.endswith(".md") for name in VARIABLE.findall(text)} | settings
    named = {name for page in pages.PAGES for name in VARIABLE.findall(pages.text(page))}
    assert named - read == set()


def test_the_accounts_of_the_demo_are_there():
    staff = {s.login: s.role.value for s in load_programme(ROOT / "program" / "programme.yml").staff}
    said = pages.text(README).split("Accounts", 1)[1].split("\n\n", 1)[0]
    logins = set(re.findall(r"`([a-z]+)`", said))
    assert logins == staff.keys()
    assert f"`{DEMO_PASSWORD}`" in said


def _variable(field: str) -> str:
    return field.upper() if field.startswith("twilio_") else PREFIX + field.upper()
