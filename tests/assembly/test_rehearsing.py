"""A plan rehearsed from a terminal, as somebody types it who has no database yet."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from checkback.cli import app

HERE = {"--incident-at": "2026-03-06T22:30", "--zone": "America/Chicago", "--language": "en"}
FIELDS = ["step", "at_utc", "at_local", "late_policy", "segments", "grade", "text"]
EVENING = ["rehearse", "standard"]


@pytest.fixture(autouse=True)
def nowhere(monkeypatch, tmp_path):
    """No database, no settings, and another folder to stand in."""
    monkeypatch.setenv("CHECKBACK_VAR", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def rehearsed(plan: str = "standard", *more: str, **changed: str) -> Result:
    options = {**HERE, **{f"--{name.replace('_', '-')}": value for name, value in changed.items()}}
    return CliRunner().invoke(app, ["rehearse", plan, *(part for pair in options.items() for part in pair), *more])


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(("plan", "texts"), [("standard", 12), ("short", 4)])
def test_every_text_is_a_line_of_json(plan, texts, language):
    done = rehearsed(plan, "--json", language=language)
    assert done.exit_code == 0
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(said) == texts
    for text in said:
        assert list(text) == FIELDS
        at = datetime.fromisoformat(text["at_local"])
        assert at == datetime.fromisoformat(text["at_utc"])
        assert at.utcoffset() == at.astimezone(ZoneInfo("America/Chicago")).utcoffset()
        assert 9 <= at.hour < 20
        assert text["segments"] in (1, 2)
        assert 0 <= text["grade"] <= 6.5
        assert "Riverbend Families" in text["text"]


def test_a_time_without_a_zone_is_meant_by_the_clock_on_their_wall():
    there = rehearsed("short", "--json", incident_at="2026-03-06T12:00-06:00")
    assert there.stdout == rehearsed("short", "--json", incident_at="2026-03-06T12:00").stdout
    assert json.loads(there.stdout.splitlines()[0])["at_local"] == "2026-03-07T12:00:00-06:00"


def test_people_read_a_calendar():
    lines = rehearsed("short").stdout.splitlines()
    assert lines[0].startswith("Sun 08 Mar 2026 09:00 CDT  hello  (1 part, grade ")
    assert "only if they have not said yet" in lines[1]
    assert lines[-1].startswith("short: 4 texts")


def test_for_a_family_with_children_or_without_the_childs_step_stays_or_goes():
    assert "day-14" in rehearsed("standard", "--child", "9", "--json").stdout
    without = rehearsed("standard", "--child", "1").stdout
    assert "left out: day-14 (no-such-child)" in without


def test_a_plan_of_ones_own_is_rehearsed_from_its_file(tmp_path):
    (tmp_path / "mine.yml").write_text(
        "name: mine\nsteps:\n"
        "- {step: promised, after_hours: 24, window: [10, 12], late: {policy: task, within_hours: 5}, "
        "dialogue: check-in}\n"
        "- {step: soon, after_answer_days: 1, window: [10, 12], late: {policy: task, within_hours: 5}, "
        "wording: caring.thinking}\n"
        "- {step: nur-es, after_days: 5, window: [10, 12], late: {policy: task, within_hours: 5}, "
        "wording: caring.year, languages: [es]}\n"
    )
    done = rehearsed("mine.yml", incident_at="2026-03-02T10:00")
    assert "Tue 03 Mar 2026 10:00 CST  promised" in done.stdout
    assert "Wed 04 Mar 2026 10:00 CST  soon" in done.stdout
    assert "only if they answer" in done.stdout
    assert "left out: nur-es (other-language)" in done.stdout


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"plan": "long"}, "there is no plan 'long'; write one of short, standard"),
        ({"plan": "nowhere.yml"}, "nowhere.yml: it cannot be read"),
        ({"zone": "Mars/Olympus"}, "--zone: 'Mars/Olympus' is no IANA zone"),
        ({"zone": ""}, "--zone: '' is no IANA zone"),
        ({"incident_at": "yesterday"}, "--incident-at: 'yesterday' is no time"),
        ({"incident_at": "2026-02-30T10:00"}, "--incident-at: '2026-02-30T10:00' is no time"),
        ({"incident_at": "9999-12-31T23:00"}, "--incident-at: the year lies outside"),
        ({"incident_at": "0001-01-01T00:00+14:00"}, "--incident-at: the year lies outside"),
        ({"language": "fr"}, "--language: 'fr' is not one of en, es"),
        ({"mode": "loud"}, "--mode: 'loud' is not one of neutral, safe, unsafe"),
    ],
)
def test_what_cannot_be_rehearsed_is_said_in_one_line(changed, said):
    done = rehearsed(**changed)
    assert done.exit_code == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"checkback: {said}")
