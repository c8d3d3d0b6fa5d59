"""A file with a mistake in it is refused with the place and the mend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from checkback.care.program import ProgramError, load_policies, load_programme, load_resources
from tests.program.sentences import PROGRAM

Changed = Callable[[str, str, str], Path]


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    """A shipped file with one thing changed in it."""

    def change(name: str, old: str, new: str) -> Path:
        text = (PROGRAM / name).read_text("utf-8")
        assert old in text
        copy = tmp_path / Path(name).name
        copy.write_text(text.replace(old, new, 1), "utf-8")
        return copy

    return change


@pytest.mark.parametrize(
    ("old", "new", "place", "mend"),
    [
        ("minutes: 5}", "minutes: 0}", "policies[1].steps[1].minutes", "1 or more"),
        ("minutes: 5}", "minutes: five}", "policies[1].steps[1].minutes", "whole number"),
        ("minutes: 5}", "minuts: 5}", "policies[1].steps[1].minutes", "missing"),
        ("minutes: 5}", "minutes: 5, after: 1}", "policies[1].steps[1].after", "no such field"),
        ("whom: on-call,", "whom: anybody,", "policies[1].steps[2].whom", "on-call-number"),
        ("level: acute", "level: high", "policies", "acute emergent"),
        ("only_in_hours: true", "only_in_hours: maybe", "policies[3].only_in_hours", "true or false"),
    ],
)
def test_a_wrong_escalation_policy(changed: Changed, old: str, new: str, place: str, mend: str) -> None:
    with pytest.raises(ProgramError) as refused:
        load_policies(changed("escalation.yml", old, new))
    assert str(refused.value).startswith(f"escalation.yml: {place}: ")
    assert mend in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "place", "mend"),
    [
        ('"63106"', "63106", "resources[1].service_areas", "in quotes"),
        ('opens_at: "09:00"', 'opens_at: "9am"', "resources[1].schedules[1].opens_at", "does not look"),
        ('closes_at: "17:00"', 'closes_at: "08:00"', "resources[1].schedules[1].closes_at", "closes after"),
        ("needs: [baby-things]", "needs: [diapers]", "resources[1].needs", "baby-things"),
        ("languages: [en, es]", "languages: [en, fr]", "resources[1].languages", "en, es"),
        ("assured_date: 2026-11-02", "assured_date: last week", "resources[1].assured_date", "2026-11-23"),
        ("status: active", "status: open", "resources[1].status", "temporarily closed"),
        ("id: sample-little-sprouts", "id: sample-cradle-corner", "resources[2].id", "twice"),
    ],
)
def test_a_wrong_resource(changed: Changed, old: str, new: str, place: str, mend: str) -> None:
    with pytest.raises(ProgramError) as refused:
        load_resources([changed("resources/sample.yml", old, new)])
    assert str(refused.value).startswith(f"sample.yml: {place}: ")
    assert mend in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("staff: ortiz", "staff: nobody", "rotas[1].turns[1].staff"),
        ("role: officer, team: North Team", "role: officer, team: East Team", "staff[5].team"),
        ('"+13145550190"', '"555-0199"', "on_call_number"),
    ],
)
def test_a_programme_that_leads_nowhere(changed: Changed, old: str, new: str, place: str) -> None:
    with pytest.raises(ProgramError, match=r"programme\.yml: ") as refused:
        load_programme(changed("programme.yml", old, new))
    assert f": {place}: " in str(refused.value)


@pytest.mark.parametrize(
    ("content", "mend"),
    [
        (b"policies: [", "not valid YAML"),
        (b"policies: []\npolicies: []\n", "there twice"),
        (b"policies: []\n", "at least one"),
        (b"", "write fields"),
        (b"\xff\xfe", "UTF-8"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, content: bytes, mend: str) -> None:
    (tmp_path / "escalation.yml").write_bytes(content)
    with pytest.raises(ProgramError, match=mend):
        load_policies(tmp_path / "escalation.yml")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ProgramError, match=r"escalation\.yml: it cannot be read"):
        load_policies(tmp_path / "escalation.yml")
