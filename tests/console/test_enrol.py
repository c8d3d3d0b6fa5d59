"""Enrolling by hand and from a file: seen before it is kept, refused by field, and taken back."""

from __future__ import annotations

import re
from html import unescape

import pytest

from checkback.care.model import Contact, Family, SafetyPreference
from tests.console.test_pages import main_of

FORM = {
    "reference": "24-0200",
    "occurred_at": "2026-03-03T09:30",
    "kind": "burglary",
    "zip": "63106",
    "clinician": "lee",
    "name": "Rosa Vega",
    "phone": "(314) 555-0107",
    "language": "es",
}
HEADER = "reference,occurred_at,kind,zip,clinician,contact_name,phone,language,role,child_ages"
TABLE = (
    f"{HEADER}\n24-0300,2026-03-03 08:00,robbery,63106,lee,Kim Stone,314-555-0108,en,mother,3;7\n"
    "24-0301,2026-03-03 08:00,robbery,6310,lee,Lou Stone,314-555-0109,en,,\n"
)


def seen(answer):
    (mark,) = re.findall(r'name="seen" value="([0-9a-f]+)"', answer.text)
    return mark


def batch_of(visitor):
    (batch,) = re.findall(r"/enrol/file/(B-[0-9A-F]+)/undo", visitor.opens("/enrol/file").text)
    return batch


def test_every_text_is_seen_before_anything_is_kept(lee, staffed):
    answer = lee.sends("/enrol", **FORM)
    shown = main_of(answer)
    assert answer.status_code == 200
    assert "America/Chicago" in shown
    assert shown.count("<li>") == 12
    assert "asks whether they want texts" in shown
    assert staffed.all(Family) == []
    assert lee.sends("/enrol", **FORM, seen=seen(answer)).headers["location"] == "/families/F-12"
    assert [family.reference for family in staffed.all(Family)] == ["F-12"]


def test_what_was_changed_after_the_look_is_looked_at_again(lee, staffed):
    mark = seen(lee.sends("/enrol", **FORM))
    answer = lee.sends("/enrol", **{**FORM, "phone": "(314) 555-0108"}, seen=mark)
    assert answer.status_code == 200
    assert staffed.all(Family) == []


def test_all_that_is_wrong_is_told_at_once_and_nothing_typed_is_lost(lee, staffed):
    answer = lee.sends("/enrol", **{**FORM, "zip": "631", "phone": "555", "children": "young", "clinician": ""})
    shown = main_of(answer)
    assert answer.status_code == 422
    for field in ("zip", "phone", "children", "clinician"):
        assert f'id="wrong-{field}"' in shown
    assert 'value="Rosa Vega"' in shown
    assert "24-0200" in shown
    assert staffed.all(Family) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [({"phone": "314-555-0101"}, "This phone is known:"), ({"name": "ana morales"}, "Somebody of this name is known:")],
)
def test_who_may_be_here_already_is_named_by_family(lee, family, change, said):
    shown = main_of(lee.sends("/enrol", **{**FORM, **change}))
    assert said in shown
    assert f'<a href="/families/{family}">' in shown


def test_an_incident_that_is_here_already_leads_to_its_family(lee, staffed):
    lee.sends("/enrol", **FORM, seen=seen(lee.sends("/enrol", **FORM)))
    assert "enrolled already" in main_of(lee.sends("/enrol", **FORM))
    assert lee.sends("/enrol", **{**FORM, "kind": "robbery"}).status_code == 422


def test_how_it_is_safe_to_reach_them_is_kept(lee, staffed):
    form = {**FORM, "safe_to_text": "no", "may_leave_voicemail": "yes", "when": "after six"}
    answer = lee.sends("/enrol", **form)
    assert "Nothing is texted to this person by itself" in main_of(answer)
    lee.sends("/enrol", **form, seen=seen(answer))
    (safety,) = staffed.all(SafetyPreference)
    assert (safety.may_text, safety.may_call, safety.may_leave_voicemail) == (False, False, True)
    assert safety.when == "after six"


def test_a_file_is_judged_mended_brought_in_and_taken_back(lee, staffed):
    first = lee.client.post("/enrol/file", files={"file": ("families.csv", TABLE.encode(), "text/csv")})
    shown = main_of(first)
    assert "1 family can come in, 1 cannot yet" in re.sub(r"<[^>]+>", "", shown)
    assert "<td>3</td><td><code>zip</code></td>" in shown
    assert "24-0301" in shown
    assert staffed.all(Family) == []
    mended = TABLE.replace(",6310,", ",63106,")
    assert "2 families can come in" in main_of(lee.sends("/enrol/file", table=mended, do="check"))
    assert lee.sends("/enrol/file", table=mended, do="bring").status_code == 303
    assert len(staffed.all(Family)) == 2
    batch = batch_of(lee)
    assert lee.sends(f"/enrol/file/{batch}/undo").status_code == 303
    assert staffed.all(Family) == []
    assert "taken back" in main_of(lee.opens("/enrol/file"))


def test_what_texts_have_gone_out_to_cannot_be_taken_back(lee, staffed):
    lee.sends("/enrol/file", table=TABLE, do="bring")
    batch = batch_of(lee)
    staffed.clock.tick(minutes=20)
    staffed.works()
    assert lee.sends(f"/enrol/file/{batch}/undo").status_code == 409
    assert "cannot be taken back any more" in main_of(lee.opens("/enrol/file"))
    assert len(staffed.all(Family)) == 1


def test_a_file_that_is_no_table_says_so_and_one_that_is_too_large_is_refused(lee):
    assert "the first line must read" in main_of(lee.sends("/enrol/file", table="a,b\n1,2", do="check"))
    assert "Choose a file" in main_of(lee.sends("/enrol/file", table=" ", do="check"))
    large = {"file": ("families.csv", b"x" * (1024 * 1024 + 1), "text/csv")}
    assert lee.client.post("/enrol/file", files=large).status_code == 413
    assert lee.client.post("/enrol", data={"name": "x" * 70_000}).status_code == 413


SECOND = {"name_2": "Luz Vega", "phone_2": "(314) 555-0117", "language_2": "en", "role_2": "aunt", "may_call_2": "yes"}


def test_a_second_person_is_asked_for_filled_in_and_enrolled_with_the_first(lee, staffed):
    shown = lee.sends("/enrol", **FORM, do="add")
    assert shown.status_code == 200
    assert 'name="name_2"' in shown.text
    assert 'value="Rosa Vega"' in shown.text
    assert staffed.all(Family) == []
    looked_at = lee.sends("/enrol", **FORM, **SECOND)
    assert "Rosa Vega ·" in main_of(looked_at)
    assert "Luz Vega ·" in main_of(looked_at)
    assert lee.sends("/enrol", **FORM, **SECOND, seen=seen(looked_at)).status_code == 303
    assert {(each.name, each.language, each.role) for each in staffed.all(Contact)} == {
        ("Rosa Vega", "es", "caregiver"),
        ("Luz Vega", "en", "aunt"),
    }


def test_a_guardian_is_asked_before_a_minor_of_the_same_form(lee, staffed):
    son = {**SECOND, "role_2": "son, 15"}
    mark = seen(lee.sends("/enrol", **FORM, **son))
    assert lee.sends("/enrol", **FORM, **son, seen=mark).status_code == 303
    staffed.works()
    (minor,) = [each for each in staffed.all(Contact) if each.is_minor]
    assert minor.name == "Luz Vega"
    assert staffed.rt.carrier.to("+13145550117") == []


def test_who_is_wrong_is_marked_and_one_person_is_taken_out_again(lee, staffed):
    answer = lee.sends("/enrol", **FORM, **{**SECOND, "phone_2": "555"})
    assert answer.status_code == 422
    assert 'id="wrong-phone_2"' in answer.text
    assert 'id="wrong-phone"' not in answer.text
    twice = lee.sends("/enrol", **FORM, **{**SECOND, "phone_2": FORM["phone"]})
    assert 'id="wrong-phone_2"' in twice.text
    fewer = lee.sends("/enrol", **FORM, **SECOND, do="without-2")
    assert 'name="name_2"' not in fewer.text
    assert staffed.all(Family) == []


def test_a_person_who_came_after_the_look_is_looked_at_before_anything_is_kept(lee, staffed):
    mark = seen(lee.sends("/enrol", **FORM))
    assert lee.sends("/enrol", **FORM, **SECOND, seen=mark).status_code == 200
    assert staffed.all(Family) == []


def test_no_more_people_than_a_page_has_room_for(lee, staffed):
    full = {**FORM, **SECOND, "name_3": "", "name_4": ""}
    shown = lee.sends("/enrol", **full, do="add").text
    assert 'name="name_5"' not in shown
    assert 'value="add"' not in shown


SPANISH = {"Accept-Language": "es-US,es;q=0.9"}


def test_what_a_flow_refuses_is_told_in_the_language_of_the_page_at_its_field(lee, staffed):
    wrong = {**FORM, "zip": "631", "phone": "555", "children": "young", "occurred_at": "2030-01-01T10:00"}
    shown = unescape(lee.client.post("/enrol", data=wrong, headers=SPANISH).text)
    for field, mend in {
        "zip": "un código postal tiene cinco cifras",
        "phone": "escriba diez cifras, por ejemplo (314) 555-0101",
        "children": "escriba las edades en años con punto y coma, por ejemplo 3; 7",
    }.items():
        assert f'<p class="problem" id="wrong-{field}">{mend}</p>' in shown
    late = unescape(lee.client.post("/enrol", data={**FORM, "occurred_at": "2030-01-01T10:00"}, headers=SPANISH).text)
    assert "está en el futuro o a más de un año" in late
    table = unescape(lee.client.post("/enrol/file", data={"do": "check", "table": TABLE}, headers=SPANISH).text)
    assert "la hoja de cálculo quitó un cero inicial; escriba 06310" in table


def folded(answer):
    """The fields about how it is safe to reach them: whether they stand open, and what the line above them says."""
    ((is_open, said),) = re.findall(
        r'<details class="folded"( open)?><summary>(.*?)</summary>', answer.text, flags=re.DOTALL
    )
    return bool(is_open), re.sub(r"<[^>]+>", "", said)


@pytest.mark.parametrize(
    ("given", "is_open", "said"),
    [
        ({"may_call": "yes"}, False, "neutral texts · calls · no voicemail"),
        ({}, True, "neutral texts · no calls · no voicemail"),
        ({"may_call": "yes", "may_leave_voicemail": "yes"}, True, "neutral texts · calls · voicemail"),
        ({"may_call": "yes", "safe_to_text": "no"}, True, "no texts · calls · no voicemail"),
        ({"may_call": "yes", "when": "after six"}, True, "neutral texts · calls · no voicemail"),
        ({"may_call": "yes", "interpreter": "yes"}, True, "neutral texts · calls · no voicemail"),
    ],
)
def test_how_it_is_safe_to_reach_them_is_one_line_until_it_differs(lee, given, is_open, said):
    assert folded(lee.sends("/enrol", **FORM, **given)) == (is_open, f"How is it safe to reach them? {said}")


def test_an_empty_house_says_whom_it_waits_for(lee, staffed):
    assert '<a class="button" href="/enrol">Enrol the first family</a>' in lee.opens("/").text
    lee.sends("/enrol", **FORM, seen=seen(lee.sends("/enrol", **FORM)))
    assert "Enrol the first family" not in lee.opens("/").text
