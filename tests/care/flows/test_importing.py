"""A spreadsheet of families comes in: each whole or not at all, twice as once, with every wrong cell named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from checkback.care.errors import AlreadyDone, NotFound, WordsRefused
from checkback.care.flows import importing
from checkback.care.flows.enrolment import NewContact
from checkback.care.flows.importing import HEADER, ImportReport, import_families, undo
from checkback.care.model import (
    AuditEvent,
    Base,
    CheckIn,
    Contact,
    Family,
    ImportBatch,
    Incident,
    OutboundMessage,
    Phone,
)
from checkback.care.rules.spreadsheets import NotATable
from checkback.care.terms import Language
from tests.story import ANA, House

TOP = ",".join(HEADER)
ANA_ROW = "24-0117,2026-03-03 08:15,burglary,63106,lee,Ana Morales,(314) 555-0101,en,mother,3; 7"
BEN_ROW = "24-0118,2026-03-03 08:15,fire,63106,bauer,Ben Ruiz,314-555-0102,es,father,"


def comes_in(house: House, *rows: str, top: str = TOP, **more: object) -> ImportReport:
    return import_families(house.rt, "\n".join([top, *rows]).encode(), actor="import", **more)  # type: ignore[arg-type]


def told(report: ImportReport) -> list[tuple[int, str]]:
    return [(problem.line, problem.field) for problem in report.problems]


def test_families_come_in_and_are_asked_after_a_quarter_of_an_hour(house, ana):
    report = comes_in(house, ANA_ROW, BEN_ROW)
    assert (report.enrolled, report.already, report.refused, list(report.problems)) == (2, 0, 0, [])
    house.works()
    assert ana.got == []
    house.clock.tick(minutes=16)
    house.works()
    assert "Reply 1" in ana.last
    assert "Responda 1" in house.phone("+13145550102").last
    (incident,) = [each for each in house.all(Incident) if each.reference == "24-0117"]
    assert (incident.kind, incident.zip) == ("burglary", "63106")
    assert f"{incident.occurred_at:%Y-%m-%d %H:%M}" == "2026-03-03 14:15", "it was said in local time"
    assert [family.child_ages for family in house.all(Family)] == ["3,7", ""]


def test_several_rows_with_one_reference_are_several_people_of_one_family(house):
    report = comes_in(
        house, ANA_ROW, "24-0117,,,,,José Morales,314 555 0102,es,padre,", BEN_ROW.replace("0102", "0103")
    )
    assert report.enrolled == 2
    assert {(c.name, c.language) for c in house.all(Contact)} == {
        ("Ana Morales", Language.ENGLISH),
        ("José Morales", Language.SPANISH),
        ("Ben Ruiz", Language.SPANISH),
    }


def test_the_same_file_again_changes_nothing(house):
    comes_in(house, ANA_ROW, BEN_ROW)
    rows = {kind: len(house.all(kind)) for kind in (Family, Contact, CheckIn, OutboundMessage, Phone, ImportBatch)}
    again = comes_in(house, BEN_ROW, ANA_ROW)
    assert (again.enrolled, again.already, again.refused, again.batch) == (0, 2, 0, None)
    assert {kind: len(house.all(kind)) for kind in rows} == rows


def test_a_family_that_is_known_otherwise_is_refused_and_said_where(house):
    comes_in(house, ANA_ROW)
    report = comes_in(house, ANA_ROW.replace("burglary", "fire").replace("Ana Morales", "Anna Morales"))
    assert (report.enrolled, report.already, report.refused) == (0, 0, 1)
    assert told(report) == [(2, "contact_name"), (2, "kind")]


def test_a_family_with_a_wrong_row_is_left_out_whole_and_the_others_come_in(house):
    report = comes_in(house, ANA_ROW, "24-0117,,,,,Half A Number,555-0102,en,aunt,", BEN_ROW)
    assert (report.enrolled, report.refused) == (1, 1)
    assert told(report) == [(3, "phone")]
    assert [contact.name for contact in house.all(Contact)] == ["Ben Ruiz"]


WRONG = {
    "a date that may be two": (ANA_ROW.replace("2026-03-03 08:15", "03/02/2026 08:15"), "occurred_at"),
    "a date without a time": (ANA_ROW.replace("2026-03-03 08:15", "2026-03-03"), "occurred_at"),
    "a date that a spreadsheet counted": (ANA_ROW.replace("2026-03-03 08:15", "46084.34"), "occurred_at"),
    "a year of two digits": (ANA_ROW.replace("2026-03-03 08:15", "3/13/26 8:15"), "occurred_at"),
    "a number cut short": (ANA_ROW.replace("(314) 555-0101", "3.14555E+09"), "phone"),
    "a zip without its zero": (ANA_ROW.replace("63106", "2134"), "zip"),
    "ages a spreadsheet made a day of": (ANA_ROW.replace("3; 7", "7-Mar"), "child_ages"),
    "an unknown clinician": (ANA_ROW.replace("lee", "nobody"), "clinician"),
    "a language": (ANA_ROW.replace(",en,", ",fr,"), "language"),
    "no name": (ANA_ROW.replace("Ana Morales", ""), "contact_name"),
    "no reference": (ANA_ROW.replace("24-0117", ""), "reference"),
    "no kind": (ANA_ROW.replace("burglary", ""), "kind"),
    "a comma in a name without quotes": (ANA_ROW.replace("Ana Morales", "Morales, Ana"), "row"),
    "a number of ours": (ANA_ROW.replace("(314) 555-0101", "3145550100"), "phone"),
}


@pytest.mark.parametrize("what", list(WRONG))
def test_each_wrong_cell_is_named_with_its_line_and_its_mend_and_nothing_is_kept(house, what):
    row, column = WRONG[what]
    report = comes_in(house, row)
    assert (2, column) in told(report)
    assert all(problem.mend for problem in report.problems)
    assert house.all(Family) == house.all(ImportBatch) == []


@pytest.mark.parametrize(
    "written",
    [
        "3145550101",
        "3145550101.0",
        '="3145550101"',
        "'3145550101",
        "+1 314-555-0101",
        "3.145550101E+09",
        " 314.555.0101 ",
    ],
)
def test_a_number_is_read_through_the_habits_of_a_spreadsheet(house, written):
    cell = '"' + written.replace('"', '""') + '"'
    assert comes_in(house, ANA_ROW.replace("(314) 555-0101", cell)).enrolled == 1
    assert [phone.number for phone in house.all(Phone) if phone.number == ANA] == [ANA]


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-02T21:15:00-06:00",
        "2026-03-02 21:15",
        "2/22/2026 9:15 PM",
        "22.02.2026 21:15",
        "22 Feb 2026 21:15",
        "Feb 22, 2026 9:15 pm",
        "02/02/2026 21:15",
    ],
)
def test_a_moment_is_taken_where_it_has_one_meaning(house, written):
    assert comes_in(house, ANA_ROW.replace("2026-03-03 08:15", f'"{written}"')).enrolled == 1


def test_letters_separators_and_line_ends_are_those_of_any_spreadsheet(house):
    row = ANA_ROW.replace("Ana Morales", "Ana Núñez")
    plain = "\n".join([TOP, "", row, "", ",,,,,,,,,"])
    files = [
        ("\ufeff" + plain).encode(),
        plain.replace("; ", " ").replace(",", ";").encode(),
        plain.replace(",", "\t").encode("utf-16"),
        ("sep=,\r\n" + plain.replace("\n", "\r\n")).encode(),
        plain.replace("\n", "\r").upper().replace(row.upper(), row).encode(),
        "\n".join([TOP + ",,", row + ",,"]).encode(),
        plain.replace("Ana Núñez", '"Ana\nNúñez"').encode(),
    ]
    for at, data in enumerate(files):
        report = import_families(house.rt, data, actor="import")
        assert list(report.problems) == [], at
        assert (report.enrolled, report.already) == ((1, 0) if at == 0 else (0, 1)), at
    assert [contact.name for contact in house.all(Contact)] == ["Ana Núñez"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "missing"),
        (b"a,b,c\n1,2,3", "missing"),
        ((TOP + ",phone_2\n").encode(), "phone_2"),
        ((TOP + ",phone\n").encode(), "twice"),
        ((TOP + "\n" + ANA_ROW.replace("Ana", "Ñandú")).encode("latin-1"), "line 2"),
        (b"PK\x03\x04\x00\x00", "UTF-8"),
        (TOP.encode() + b"\n" + b"x" * importing.MOST_BYTES, "larger"),
        ((TOP + "\n" + "a\n" * (importing.MOST_ROWS + 1)).encode(), "rows"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_whole(house, data, says):
    with pytest.raises(NotATable, match=says):
        import_families(house.rt, data, actor="import")
    assert house.all(ImportBatch) == []


def test_a_quotation_mark_that_is_never_closed_is_found_where_it_was_opened(house):
    rows = [ANA_ROW.replace("Ana Morales", '"Ana Morales'), *[BEN_ROW] * 9]
    report = comes_in(house, *rows[:1], *rows[1:5], BEN_ROW.replace("Ben Ruiz", 'Ben "Bo" Ruiz'))
    assert (2, "row") in told(report)


def test_a_trial_says_all_of_it_and_keeps_nothing(house):
    report = comes_in(house, ANA_ROW, BEN_ROW.replace("bauer", "nobody"), is_trial=True)
    assert (report.enrolled, report.refused, report.batch) == (1, 1, None)
    for kind in (Family, Contact, OutboundMessage, ImportBatch):
        assert house.all(kind) == []
    assert comes_in(house, ANA_ROW).enrolled == 1
    assert house.all(Family)[0].reference == "F-12", "not even a number was used up"


def test_an_import_is_taken_back_as_if_it_had_never_been(house):
    before = {table.name: len(house.all(kind)) for table, kind in _kinds()}
    batch = comes_in(house, ANA_ROW, BEN_ROW).batch
    assert batch is not None
    house.works()
    assert undo(house.rt, batch, "import") == 2
    after = {table.name: len(house.all(kind)) for table, kind in _kinds()}
    left = {name for name in after if after[name] != before[name]}
    assert left <= {"audit_event", "import_batch", "heartbeat"}, left
    assert comes_in(house, ANA_ROW).enrolled == 1
    assert "family.taken-back" in {event.action for event in house.all(AuditEvent)}


def test_a_number_that_others_use_stays_when_an_import_is_taken_back(house, ana):
    house.enrols("24-1", contacts=[_ana()])
    house.works()
    batch = comes_in(house, ANA_ROW).batch
    undo(house.rt, batch or "", "import")
    ana.texts("1")
    assert ana.last.startswith("Thank you")


def test_once_a_text_has_gone_nothing_is_taken_back(house):
    batch = comes_in(house, ANA_ROW, BEN_ROW, waits=timedelta(0)).batch or ""
    house.works()
    with pytest.raises(WordsRefused, match="F-12"):
        undo(house.rt, batch, "import")
    assert len(house.all(Family)) == 2


def test_an_import_is_taken_back_once_and_only_one_that_was(house):
    batch = comes_in(house, ANA_ROW).batch or ""
    undo(house.rt, batch, "import")
    with pytest.raises(AlreadyDone):
        undo(house.rt, batch, "import")
    with pytest.raises(NotFound):
        undo(house.rt, "B-FFFFFF", "import")


def test_progress_is_told_of_a_long_file(house):
    rows = [ANA_ROW.replace("24-0117", f"24-{at:04}").replace("lee", "nobody") for at in range(250)]
    seen: list[tuple[int, int]] = []
    comes_in(house, *rows, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(100, 250), (200, 250), (250, 250)]


def _kinds():
    return [(mapper.local_table, mapper.class_) for mapper in Base.registry.mappers]


def _ana():
    return NewContact("Ana Morales", ANA)
