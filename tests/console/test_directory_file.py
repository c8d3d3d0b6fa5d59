"""A directory of help from a file: nothing changes before it was looked at, and then exactly what was looked at."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

from checkback.care.model import AuditEvent, DirectoryImport, Resource

DIRECTORIES = Path(__file__).parent.parent / "directories"
PATH = "/resources/import"
TWO = b"id,name\n1,Elm Food Pantry\n2,Oak Diaper Bank\n"
TORN = b"id,name\n1,Elm Food Pantry\n2,\n"


@pytest.fixture
def rivera(signed_in):
    """A coordinator, signed in."""
    return signed_in("rivera")


def sends(visitor, data, name="services.csv", **form):
    return visitor.client.post(PATH, data={"directory": "211", **form}, files={"file": (name, data)})


def looked_at(page):
    found = re.search(r'name="looked_at" value="(\w+)"', page.text)
    assert found
    return found[1]


def kept(house):
    return sorted(each.name for each in house.all(Resource) if each.directory == "211" and each.status == "active")


def packed(folder):
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return into.getvalue()


def test_nothing_changes_until_the_same_file_comes_again(rivera, staffed):
    seen = sends(rivera, TWO, do="look")
    assert "2 new, 0 changed, 0 gone, 0 as before" in seen.text
    assert kept(staffed) == []
    done = sends(rivera, TWO, do="bring", looked_at=looked_at(seen))
    assert "What was brought in" in done.text
    assert kept(staffed) == ["Elm Food Pantry", "Oak Diaper Bank"]
    assert "0 new, 0 changed, 0 gone, 2 as before" in sends(rivera, TWO, do="look").text
    member = [each.actor for each in staffed.all(AuditEvent) if each.action == "directory.imported"][-1]
    assert member.startswith("staff:")


def test_another_file_than_the_one_that_was_looked_at_is_not_brought_in(rivera, staffed):
    digest = looked_at(sends(rivera, TWO, do="look"))
    swapped = sends(rivera, TWO + b"3,Ash Legal Aid\n", do="bring", looked_at=digest)
    assert swapped.status_code == 409
    assert "This is not the file that was looked at" in swapped.text
    assert "3 new" in swapped.text
    assert sends(rivera, TWO, do="bring").status_code == 409
    assert kept(staffed) == []


def test_a_refused_row_keeps_all_out_until_it_is_left_out_on_purpose(rivera, staffed):
    seen = sends(rivera, TORN, do="look")
    assert "services.csv: line 3: name: it is missing" in seen.text
    digest = looked_at(seen)
    assert "What would change" in sends(rivera, TORN, do="bring", looked_at=digest).text
    assert kept(staffed) == []
    assert "What was brought in" in sends(rivera, TORN, do="bring", looked_at=digest, skip="yes").text
    assert kept(staffed) == ["Elm Food Pantry"]
    assert staffed.all(DirectoryImport)[-1].refused == 1


def test_more_than_half_gone_asks_whether_that_is_right(rivera, staffed):
    rows = b"id,name\n" + b"".join(b"%d,Place %d\n" % (n, n) for n in range(12))
    sends(rivera, rows, do="bring", looked_at=looked_at(sends(rivera, rows, do="look")))
    assert len(kept(staffed)) == 12
    asked = sends(rivera, TWO, do="look")
    assert asked.status_code == 409
    assert "10 of 12 entries are not in this file" in asked.text
    seen = sends(rivera, TWO, do="look", sure="yes")
    assert "10 gone" in seen.text
    sends(rivera, TWO, do="bring", sure="yes", looked_at=looked_at(seen))
    assert len(kept(staffed)) == 2


@pytest.mark.parametrize("folder", ["1", "3", "3-json"])
def test_an_archive_of_any_generation_comes_in(rivera, staffed, folder):
    seen = sends(rivera, packed(DIRECTORIES / folder), name="C:\\exports\\Our 211.ZIP", do="look")
    assert "16 new" in seen.text


def test_a_table_of_icarols_making_comes_in_by_its_columns(rivera):
    (path,) = (DIRECTORIES / "icarol").glob("*.csv")
    assert "16 new" in sends(rivera, path.read_bytes(), name=path.name, do="look", icarol="yes").text


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "services.csv", "Choose a file."),
        (TWO, "services.xlsx", "Choose a .zip, .json or .csv"),
        (TWO, "", "Choose a"),
        (b"PK\x03\x04 torn", "torn.zip", "neither"),
        (b"id,name\n", "services.csv", "no service"),
    ],
)
def test_what_is_no_directory_is_said_so(rivera, staffed, data, name, said):
    answer = sends(rivera, data, name=name or "x", do="look")
    assert answer.status_code == 422
    assert said in answer.text
    assert kept(staffed) == []


def test_a_name_that_leads_elsewhere_is_a_name(rivera, staffed):
    assert "2 new" in sends(rivera, TWO, name="../../services.csv", do="look").text
