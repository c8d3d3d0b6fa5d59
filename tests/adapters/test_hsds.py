"""Directories of help of every generation, read; and each trap that real ones set, taken out or refused by name."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkback.adapters.hsds import files
from checkback.adapters.hsds.files import Unreadable
from checkback.adapters.hsds.mapped import Mapping
from checkback.adapters.hsds.reader import Directory, read_directory
from checkback.care.program import NeedsTable
from checkback.care.rules.listings import Departure, Listing, Schedule
from scripts.directories import GENERATIONS, make, write
from tests.conftest import PROGRAM

NEEDS = NeedsTable.load(PROGRAM / "resources" / "needs.yml")
ICAROL = Mapping.load(PROGRAM / "resources" / "icarol.yml")
COMMITTED = Path(__file__).parent.parent / "directories"
SERVICE: dict[str, Any] = {"id": "s1", "name": "Elm Table", "status": "active"}


def read(path: Path, **more: Any) -> Directory:
    return read_directory(path, NEEDS, **more)


def only(directory: Directory) -> Listing:
    (listing,) = directory.listings
    return listing


@pytest.fixture
def tables(tmp_path: Path) -> Any:
    """Write tables as CSV and read them as a directory."""

    def written(**tables: list[dict[str, Any]]) -> Directory:
        for name, rows in {"service": [SERVICE], **tables}.items():
            heads = list(dict.fromkeys(head for row in rows for head in row))
            quoted = ['"' + '","'.join(str(row.get(h, "")).replace('"', '""') for h in heads) + '"' for row in rows]
            tmp_path.joinpath(f"{name}.csv").write_text("\n".join([",".join(heads), *quoted]), "utf-8")
        return read(tmp_path)

    return written


@pytest.mark.parametrize("generation", GENERATIONS)
def test_each_generation_of_the_same_directory_comes_to_the_same(generation: str) -> None:
    mapping = {"mapping": ICAROL} if generation == "icarol" else {}
    plain = {each.id: each for each in read(COMMITTED / "3").listings}
    found = read(COMMITTED / generation, **mapping)
    assert found.refusals == []
    assert {each.id for each in found.listings} == plain.keys()
    for each in found.listings:
        same = plain[each.id]
        assert (each.name, each.phone, each.needs, each.confidential) == (
            same.name,
            same.phone,
            same.needs,
            same.confidential,
        )
        assert each.reach == same.reach
        if generation != "icarol":
            assert {d for s in each.schedules for d in s.byday.split(",")} == {
                d for s in same.schedules for d in s.byday.split(",")
            }
            assert each.languages == same.languages


@pytest.mark.parametrize("generation", GENERATIONS)
def test_the_committed_sets_are_what_the_generator_makes(generation: str, tmp_path: Path) -> None:
    write(make(16, 40), generation, tmp_path)
    for file in sorted(tmp_path.iterdir()):
        assert file.read_text("utf-8") == (COMMITTED / generation / file.name).read_text("utf-8"), file.name


# Times.


@pytest.mark.parametrize(
    ("opens", "closes"), [("09:00:00-05:00", "17:00:00-05:00"), ("9:00 AM", "5 pm"), ("09:00Z", "17:00Z"), ("9", "17")]
)
def test_a_numeric_utc_offset_never_shifts_what_stands_on_the_door(tables, opens, closes):
    row = {
        "id": "h",
        "service_id": "s1",
        "freq": "WEEKLY",
        "byday": "MO",
        "timezone": -5,
        "opens_at": opens,
        "closes_at": closes,
    }
    assert only(tables(schedule=[row])).schedules == (Schedule("09:00", "17:00", "MO"),)


def test_several_generations_in_one_directory_are_read_together(tables):
    found = only(
        tables(
            regular_schedules=[{"service_id": "s1", "weekday": "Monday", "opens_at": "09:00", "closes_at": "17:00"}],
            schedules=[
                {"service_id": "s1", "freq": "WEEKLY", "byday": "SA", "opens_at": "10:00", "closes_at": "12:00"}
            ],
            physical_addresses=[{"location_id": "l1", "postal_code": "63106"}],
            addresses=[{"location_id": "l1", "postal_code": "63107", "address_type": "postal"}],
            location=[{"id": "l1"}],
            service_at_location=[{"service_id": "s1", "location_id": "l1"}],
            eligibility=[{"service_id": "s1", "eligibility": "Anybody"}],
        )
    )
    assert [s.byday for s in found.schedules] == ["SA", "MO"]
    assert found.eligibility_description == "Anybody"
    assert found.zone == "America/Chicago"


def test_a_holiday_schedule_shuts_or_opens_at_other_hours(tables):
    found = only(
        tables(
            holiday_schedule=[
                {"service_id": "s1", "closed": "true", "start_date": "2026-12-24", "end_date": "2026-12-26"},
                {
                    "service_id": "s1",
                    "closed": "false",
                    "start_date": "2026-11-27",
                    "end_date": "2026-11-27",
                    "opens_at": "09:00",
                    "closes_at": "12:00",
                },
            ]
        )
    )
    shut, short = found.schedules
    assert (shut.departure, shut.valid_from, shut.valid_to) == (Departure.CLOSED, "2026-12-24", "2026-12-26")
    assert (short.departure, short.closes_at) == (Departure.INSTEAD, "12:00")


@pytest.mark.parametrize(
    "row",
    [
        {"byday": "MO", "opens_at": "nine", "closes_at": "17:00"},
        {"byday": "some days", "opens_at": "09:00", "closes_at": "17:00"},
        {"opens_at": "09:00", "closes_at": "17:00"},
        {"byday": "MO", "freq": "NOW AND THEN", "opens_at": "09:00", "closes_at": "17:00"},
        {"byday": "MO", "valid_from": "soon", "opens_at": "09:00", "closes_at": "17:00"},
        {"byday": "MO", "valid_from": "2026-02-30", "opens_at": "09:00", "closes_at": "17:00"},
    ],
)
def test_hours_that_are_not_plain_are_unknown_and_said_so_never_guessed(tables, row):
    found = tables(schedule=[{"service_id": "s1", **row}])
    assert only(found).schedules == ()
    assert [(r.file, r.place, r.field) for r in found.remarks if r.field == "schedule"] == [
        ("schedule.csv", "line 2", "schedule")
    ]


def test_hours_in_a_sentence_are_taken_whole_or_not_at_all(tmp_path):
    def hours(words: str) -> tuple[Schedule, ...]:
        line = f'ResourceAgencyNum,PublicName,HoursOfOperation,PhysicalAddressIsPrivate\n1,Elm,"{words}",No\n'
        tmp_path.joinpath("export.csv").write_text(line, "utf-8")
        return only(read(tmp_path, mapping=ICAROL)).schedules

    assert hours("Mon-Fri 9am-5pm; Sat 10:00am - 2:00pm") == (
        Schedule("09:00", "17:00", "MO,TU,WE,TH,FR"),
        Schedule("10:00", "14:00", "SA"),
    )
    assert hours("24/7") == (Schedule("00:00", "24:00", "MO,TU,WE,TH,FR,SA,SU"),)
    assert hours("Mon-Fri 9-5") == ()
    assert hours("Mon-Fri 9am-5pm; call for Saturdays") == ()


# Phones, states, languages, long words.


def test_a_fax_and_a_text_line_are_never_named_and_a_hotline_comes_first(tables):
    phones = [
        {"service_id": "s1", "number": "314-555-0101", "type": "fax"},
        {"service_id": "s1", "number": "314-555-0102", "type": "", "description": "TTY"},
        {"service_id": "s1", "number": "314-555-0103"},
        {"service_id": "s1", "number": "314-555-0104", "type": "hotline"},
        {"service_id": "s1", "number": "314-555-0105", "type": "hotline", "is_private": "yes"},
    ]
    assert only(tables(phone=phones)).phone == "314-555-0104"


def test_an_extension_keeps_its_leading_nought(tables):
    assert only(tables(phone=[{"service_id": "s1", "number": "314 555 0101", "extension": "012"}])).phone == (
        "314-555-0101 ext. 012"
    )


def test_a_service_nobody_can_call_is_kept_and_said_so(tables):
    found = tables(phone=[{"service_id": "s1", "number": "see website"}])
    assert only(found).phone == ""
    assert "never offered" in str(found.remarks[-1])


def test_the_organizations_number_serves_where_the_service_has_none(tables):
    found = tables(
        service=[{**SERVICE, "organization_id": "o"}],
        organization=[{"id": "o", "name": "Elm Neighbors"}],
        phone=[{"organization_id": "o", "number": "314-555-0107"}],
    )
    assert (only(found).phone, only(found).organization_name) == ("314-555-0107", "Elm Neighbors")


@pytest.mark.parametrize(
    ("written", "status"),
    [("", "active"), ("Active ", "active"), ("temporarily closed", "temporarily closed"), ("on hold", "inactive")],
)
def test_a_blank_status_is_active_and_an_unknown_one_is_not(tables, written, status):
    assert only(tables(service=[{**SERVICE, "status": written}])).status == status


def test_languages_in_words_become_codes_and_promises_become_none(tables):
    rows = [
        {"service_id": "s1", "language": w} for w in ("English; Español", "Creole", "Others available upon request")
    ]
    assert only(tables(language=rows)).languages == ("en", "es", "ht")


def test_terms_of_any_taxonomy_and_else_the_name_say_what_it_is_for(tables):
    linked = tables(
        taxonomy=[{"id": "t", "name": "Diapers & Formula", "vocabulary": "OE"}, {"id": "u", "name": "Food Pantries"}],
        services_taxonomy=[{"service_id": "s1", "taxonomy_id": "t"}, {"service_id": "s1", "taxonomy_id": "u"}],
    )
    assert only(linked).needs == ("baby-things", "food")
    assert only(tables(service=[{**SERVICE, "name": "Elm Food Pantry"}], services_taxonomy=[{"id": 1}])).needs == (
        "food",
    )


# What must not be known.


@pytest.mark.parametrize(
    ("column", "value", "is_kept"),
    [
        ("is_private", "yes", False),
        ("physical_address_is_private", "Y", False),
        ("confidential", "perhaps", False),
        ("is_public", "no", False),
        ("is_public", "yes", True),
        ("is_private", "no", True),
        ("is_private", "", True),
        ("address_1", "Confidential", False),
        ("address_1", "Location withheld: undisclosed address", False),
    ],
)
@pytest.mark.parametrize("table", ["address", "location"])
def test_a_private_address_leaves_no_town_no_point_and_no_street_behind(tables, table, column, value, is_kept):
    rows: dict[str, dict[str, Any]] = {
        "location": {"id": "l", "latitude": 38.64, "longitude": -90.2},
        "address": {"location_id": "l", "address_1": "12 Invented Street", "city": "Ladue", "postal_code": "63106"},
    }
    rows[table][column] = value
    found = only(
        tables(
            service=[{**SERVICE, "description": "Come to 12 Invented Street."}],
            service_at_location=[{"service_id": "s1", "location_id": "l"}],
            location=[rows["location"]],
            address=[rows["address"]],
        )
    )
    assert bool(found.places) is is_kept
    assert ("Invented" in found.description) is is_kept
    assert ("cell:" in str(found.reach)) is is_kept
    assert "12 Invented" not in str(found.places)


def test_a_private_address_leaves_the_service_area_and_the_other_places_alone(tables):
    found = only(
        tables(
            service_at_location=[{"service_id": "s1", "location_id": i} for i in ("l1", "l2", "nowhere")],
            location=[{"id": "l1", "is_private": "yes"}, {"id": "l2", "latitude": 38.64, "longitude": -90.2}],
            address=[{"location_id": "l2", "city": "Ladue"}],
            service_area=[{"service_id": "s1", "service_area": "63106"}],
        )
    )
    assert found.reach == ("zip:63106",)
    assert [place.city for place in found.places] == ["Ladue"]


def test_a_shelter_keeps_only_its_name_and_whom_to_call_and_is_never_offered(tables):
    found = only(
        tables(
            service=[{**SERVICE, "name": "Elm Domestic Violence Shelter", "description": "At the corner.", "url": "x"}],
            location=[{"id": "l", "latitude": 38.64, "longitude": -90.2}],
            address=[{"location_id": "l", "city": "Ladue", "postal_code": "63106"}],
            service_at_location=[{"service_id": "s1", "location_id": "l"}],
            phone=[{"service_id": "s1", "number": "314-555-0101"}],
            service_area=[{"service_id": "s1", "service_area": "63106"}],
        )
    )
    assert (found.confidential, found.needs, found.places, found.description, found.url) == (True, (), (), "", "")
    assert found.reach == ("any",) and found.service_areas == ()
    assert found.phone == "314-555-0101"


def test_a_map_point_is_kept_no_closer_than_a_kilometre(tables):
    found = only(
        tables(
            location=[{"id": "l", "latitude": 38.644217, "longitude": -90.208231}],
            service_at_location=[{"service_id": "s1", "location_id": "l"}],
        )
    )
    assert (found.places[0].latitude, found.places[0].longitude) == (38.64, -90.21)


@pytest.mark.parametrize(
    ("name", "gives_away"),
    [
        ("Elm Detox", "substance-use"),
        ("Elm HIV Clinic", "hiv"),
        ("Elm Family Violence Advocates", "partner-violence"),
        ("Elm Clinic", ""),
    ],
)
def test_what_a_name_would_give_away_is_marked(tables, name, gives_away):
    assert only(tables(service=[{**SERVICE, "name": name}])).discloses == gives_away


# Rows that are refused, each by name.


@pytest.mark.parametrize(
    ("rows", "place", "field"),
    [
        ([{"id": "", "name": "Elm"}], "line 2", "id"),
        ([SERVICE, {"id": "s2", "name": ""}], "line 3", "name"),
        ([SERVICE, {**SERVICE, "name": "Oak"}], "line 3", "id"),
        ([{"id": "x" * 81, "name": "Elm"}], "line 2", "id"),
    ],
)
def test_a_refused_row_is_named_with_its_file_its_line_its_field_and_the_mend(tables, rows, place, field):
    (refused,) = tables(service=rows).refusals
    assert (refused.file, refused.place, refused.field) == ("service.csv", place, field)
    assert refused.mend


def test_a_line_with_too_many_cells_is_refused_and_a_cell_over_two_lines_is_not(tmp_path):
    tmp_path.joinpath("services.csv").write_text(
        'id,name,description\n1,Elm,"two\nlines"\n2,Oak,a,b\n3,Ash,c\n', "utf-8"
    )
    found = read(tmp_path)
    assert [(r.place, r.is_refusal) for r in found.remarks if r.is_refusal] == [("line 4", True)]
    assert [each.id for each in found.listings] == ["1", "3"]


def test_a_service_that_breaks_the_schema_is_refused_with_its_path(tmp_path):
    services = [
        {"id": "1", "name": "Elm"},
        {"id": "2"},
        {"id": 3, "name": "Oak"},
        {"id": "4", "name": "Ash", "phones": [{"number": 5}]},
    ]
    tmp_path.joinpath("services.json").write_text(json.dumps({"contents": services}), "utf-8")
    found = read(tmp_path)
    assert [(r.place, r.field) for r in found.refusals] == [
        ("$.contents[1]", "name"),
        ("$.contents[2].id", "id"),
        ("$.contents[3].phones[0].number", "number"),
    ]
    assert only(found).id == "1"


# Files that are not what they say.


def packed(tmp_path: Path, **members: bytes) -> Path:
    path = tmp_path / "d.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), raw)
    return path


def test_an_archive_is_read_as_its_folder_is(tmp_path):
    from_zip = read(packed(tmp_path, data__services_dot_csv=b"id,name\n1,Elm\n"))
    assert only(from_zip).name == "Elm"


@pytest.mark.parametrize("name", ["../services.csv", "/etc/services.csv", "a/../../services.csv", "C:\\services.csv"])
def test_an_archive_that_leads_outside_is_refused(tmp_path, name):
    path = tmp_path / "d.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "id,name\n1,Elm\n")
    with pytest.raises(Unreadable, match="out of the archive"):
        read(path)


def test_an_archive_that_bursts_is_refused_before_it_is_unpacked(tmp_path):
    with pytest.raises(Unreadable, match="bursts"):
        read(packed(tmp_path, services_dot_csv=b"id,name\n" + b" " * 20_000_000))


def test_a_directory_larger_than_we_hold_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MOST_BYTES", 10)
    tmp_path.joinpath("services.csv").write_text("id,name\n1,Elm\n", "utf-8")
    with pytest.raises(Unreadable, match="MB"):
        read(tmp_path)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    folder = tmp_path / "d"
    folder.mkdir()
    outside = tmp_path / "services.csv"
    outside.write_text("id,name\n1,Elm\n", "utf-8")
    folder.joinpath("services.csv").symlink_to(outside)
    with pytest.raises(Unreadable, match="out of the folder"):
        read(folder)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_believed_and_not_read(tmp_path, encoding):
    tmp_path.joinpath("services.csv").write_bytes("id,name\n1,Peña\n".encode(encoding))
    assert only(read(tmp_path)).name == "Peña"


def test_another_encoding_is_refused_by_its_line_until_it_is_named(tmp_path):
    tmp_path.joinpath("services.csv").write_bytes("id,name\n1,Peña\n".encode("cp1252"))
    with pytest.raises(Unreadable, match=r"services.csv: line 2: it is not UTF-8.*--encoding"):
        read(tmp_path)
    assert only(read(tmp_path, encoding="cp1252")).name == "Peña"


@pytest.mark.parametrize(
    "text",
    ["{", "[" * 100_000, '{"services": [{"id": "1"', "id,name,id\n1,Elm,2\n"],
    ids=["cut", "deep", "half", "twice"],
)
def test_what_is_no_directory_is_refused_whole(tmp_path, text):
    tmp_path.joinpath("services.csv" if text[0] == "i" else "services.json").write_text(text, "utf-8")
    with pytest.raises(Unreadable):
        read(tmp_path)


def test_an_empty_folder_has_no_service_in_it(tmp_path):
    with pytest.raises(Unreadable, match="no service"):
        read(tmp_path)


@pytest.mark.parametrize(
    "more",
    [
        {"attributes": [{"taxonomy_term": 5}]},
        {"organization": {"phones": 5}},
        {"organization": {"id": None, "name": 7}},
        {"service_at_locations": [{"location": None}]},
        {"phones": None},
        {"attributes": [{"taxonomy_term": None}]},
    ],
)
def test_a_tree_with_odd_branches_is_still_read(tmp_path, more):
    tmp_path.joinpath("s.json").write_text(json.dumps({**SERVICE, **more}), "utf-8")
    assert only(read(tmp_path)).name == "Elm Table"


WORDS = st.text(max_size=20) | st.sampled_from(
    ["s1", "yes", "MO", "09:00", "63106", "314-555-0101", "2026-02-30", "-1"]
)
COLUMNS = st.sampled_from(
    [
        "id",
        "name",
        "service_id",
        "number",
        "opens_at",
        "closes_at",
        "byday",
        "is_private",
        "status",
        "minimum_age",
        "assured_date",
        "language",
        "location_id",
        "latitude",
        "service_area",
    ]
)
TABLES = st.sampled_from(
    [
        "service",
        "phone",
        "schedule",
        "regular_schedule",
        "holiday_schedule",
        "location",
        "address",
        "service_at_location",
        "language",
        "service_area",
        "taxonomy",
    ]
)


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(TABLES, st.lists(st.dictionaries(COLUMNS, WORDS, max_size=6), max_size=4), max_size=5))
def test_tables_of_noise_are_read_or_refused(written: dict[str, list[dict[str, str]]]) -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name, rows in written.items():
            heads = list(dict.fromkeys(head for row in rows for head in row))
            lines = [",".join(heads), *(",".join(row.get(h, "") for h in heads) for row in rows)]
            archive.writestr(f"{name}.csv", "\n".join(lines).encode("utf-8", "replace"))
    path = Path("/dev/shm/checkback-noise.zip")  # noqa: S108 - read back at once
    path.write_bytes(raw.getvalue())
    try:
        found = read(path)
    except Unreadable:
        return
    finally:
        path.unlink()
    assert all(each.id and each.name for each in found.listings)
    assert all(r.mend for r in found.remarks)


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "name",
                    "phones",
                    "service_at_locations",
                    "location",
                    "attributes",
                    "number",
                    "organization",
                    "schedules",
                    "contents",
                    "taxonomy_term",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(deadline=None, max_examples=60)
@given(TREES)
def test_a_tree_of_noise_is_read_or_refused(tree: Any) -> None:
    path = Path("/dev/shm/checkback-noise.json")  # noqa: S108 - read back at once
    path.write_text(json.dumps(tree), "utf-8")
    try:
        read(path)
    except Unreadable:
        return
    finally:
        path.unlink()
