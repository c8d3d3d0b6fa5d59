"""Files of instruments: a word that is not as published, or a rule that cannot work, is named with its field."""

from __future__ import annotations

import pytest
import yaml

from checkback.care.program import ProgramError, checksum, load_instrument, load_instruments
from tests.conftest import PROGRAM

FOLDER = PROGRAM / "instruments"


def changed(tmp_path, name, **fields):
    """A shipped file with other fields."""
    said = yaml.safe_load((FOLDER / f"{name}.yml").read_text("utf-8"))
    said.update(fields)
    path = tmp_path / f"{name}.yml"
    path.write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    return path


def refusal(path):
    with pytest.raises(ProgramError) as refused:
        load_instrument(path)
    return str(refused.value)


def test_every_file_that_is_shipped_is_read_under_its_own_name():
    shipped = load_instruments(FOLDER)
    assert (
        sorted(shipped) == sorted(path.stem for path in FOLDER.glob("*.yml")) == ["asq", "pc-ptsd-5", "phq-2", "phq-4"]
    )
    assert all(instrument.licence and instrument.source for instrument in shipped.values())


def test_one_letter_of_an_item_that_is_not_as_published_is_refused_with_the_checksum(tmp_path):
    said = yaml.safe_load((FOLDER / "phq-2.yml").read_text("utf-8"))["languages"]
    said[0]["items"][1] = "Feeling down, depressed or hopeless"
    told = refusal(changed(tmp_path, "phq-2", languages=said))
    assert "checksum" in told
    right = told.rpartition("write ")[2]
    kept = load_instrument(changed(tmp_path, "phq-2", languages=said, checksum=right))
    assert checksum(kept) == right


def test_a_choice_that_counts_otherwise_is_refused_too(tmp_path):
    assert "checksum" in refusal(changed(tmp_path, "phq-2", values=[0, 1, 2, 4]))


@pytest.mark.parametrize(
    ("name", "fields", "said"),
    [
        ("phq-2", {"by": "robot"}, "by"),
        ("asq", {"by": "text"}, "asked by a person"),
        ("phq-2", {"window_days": 0}, "window_days"),
        ("phq-2", {"values": [3, 2, 1, 0]}, "values"),
        ("phq-2", {"values": [0, 1, True, 3]}, "values"),
        ("phq-2", {"source": "a leaflet"}, "source"),
        ("phq-2", {"scales": [{"scale": "mood", "items": [1, 3], "concern_from": 3}]}, "1 to 2"),
        ("phq-2", {"scales": [{"scale": "mood", "items": [1, 2], "concern_from": 7}]}, "never reaches 7"),
        ("phq-2", {"scales": [{"scale": "mood", "items": [1], "concern_from": 1}] * 2}, "one name"),
        ("phq-4", {"bands": [{"band": "normal", "up_to": 2}]}, "up to 12"),
        ("phq-4", {"bands": [{"band": "b", "up_to": 12}, {"band": "a", "up_to": 12}]}, "upwards"),
        ("asq", {"only_after": [{"item": 1, "any_of": [5]}]}, "before it"),
        ("asq", {"acute_item": 6}, "5 items"),
        ("phq-2", {"cutoff": 3}, "no such field"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_by_its_field(tmp_path, name, fields, said):
    assert said in refusal(changed(tmp_path, name, **fields))


def test_a_language_with_an_item_less_is_refused(tmp_path):
    said = yaml.safe_load((FOLDER / "phq-2.yml").read_text("utf-8"))["languages"]
    del said[1]["items"][1]
    assert "in each language" in refusal(changed(tmp_path, "phq-2", languages=said))


def test_two_files_of_one_name_are_refused(tmp_path):
    for file in ("one.yml", "two.yml"):
        (tmp_path / file).write_text((FOLDER / "phq-2.yml").read_text("utf-8"), "utf-8")
    with pytest.raises(ProgramError, match="already"):
        load_instruments(tmp_path)
