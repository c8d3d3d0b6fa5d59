"""The audit's page: found by family, colleague, action and day; in words; and whether it was touched."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import update

from checkback.care.flows import sealing
from checkback.care.model import AuditEvent
from checkback.care.terms import Language
from checkback.console import audit_words
from checkback.console.speaking import speaking


@pytest.fixture
def admin(signed_in):
    return signed_in("admin")


def rows(page: str) -> list[list[str]]:
    """The cells of the table's lines, without marks."""
    body = page.rsplit("<tbody>", maxsplit=1)[-1] if "<tbody>" in page else ""
    return [
        [html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.findall(r"<td>(.*?)</td>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    ]


def test_who_looked_at_a_family_is_found_by_its_reference(staffed, signed_in, admin, family):
    staffed.enrols("24-0118")  # they share the phone
    lee = signed_in("lee")
    staffed.clock.tick(minutes=1)
    lee.opens(f"/families/{family}")
    found = rows(admin.opens(f"/audit?family={family.lower()}&topic=looked").text)
    assert [row[1:] for row in found] == [["lee", "Family: looked at", family]]
    everything = rows(admin.opens(f"/audit?family={family}").text)
    assert {row[3] for row in everything} == {family}
    assert "Text: received" in {row[2] for row in everything}
    assert rows(admin.opens("/audit?family=F-13&topic=looked").text) != found


def test_looking_here_leaves_a_line_with_the_family(staffed, admin, family):
    admin.opens(f"/audit?family={family}")
    left = [line for line in staffed.all(AuditEvent) if line.action == "audit.read"]
    assert [line.subject for line in left] == ["family"]
    assert left[0].actor.startswith("staff:")


def test_by_colleague_and_by_topic(staffed, signed_in, admin, family):
    lee = signed_in("lee")
    lee.sends(f"/families/{family}/notes", text="Spoke with the grandmother.")
    found = rows(admin.opens("/audit?staff=lee&topic=note").text)
    assert [row[1:] for row in found] == [["lee", "Note: written", family]]
    assert {row[1] for row in rows(admin.opens("/audit?staff=lee").text)} == {"lee"}


def test_the_days_are_the_programmes_and_the_last_one_counts(staffed, admin, family):
    today = f"{staffed.clock.now():%Y-%m-%d}"
    assert rows(admin.opens(f"/audit?since={today}&until={today}").text)
    assert rows(admin.opens("/audit?until=2001-01-01").text) == []
    assert rows(admin.opens("/audit?since=2999-01-01").text) == []


def test_every_line_is_shown_once_page_by_page(staffed, admin, family):
    path, seen = "/audit?until=2999-01-01", []
    while path:
        page = admin.opens(path).text
        seen += [(row[0], row[2]) for row in rows(page)]
        older = re.search(r'href="(/audit\?[^"]*before=[^"]*)"', page)
        path = html.unescape(older[1]) if older else ""
    left = [line for line in staffed.all(AuditEvent) if line.action != "audit.read"]
    assert len([row for row in seen if row[1] != "Audit: looked at"]) == len(left) > 50


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ("family=F-99", "wrong-family"),
        ("staff=nobody", "wrong-staff"),
        ("since=yesterday", "wrong-since"),
        ("until=2026-02-30", "wrong-until"),
        ("since=2026-03-02&until=2026-03-01", "wrong-until"),
    ],
)
def test_a_wish_that_cannot_be_read_is_named_with_its_mend(admin, family, wish, field):
    answer = admin.opens(f"/audit?{wish}")
    assert answer.status_code == 422
    assert f'id="{field}"' in answer.text
    assert rows(answer.text) == []


@pytest.mark.parametrize("mark", ["x", "2026-03-03T00:00:00_1", "_", "9999-12-31T23:59:59+00:00_" + "f" * 32, "%00"])
def test_a_page_mark_that_is_none_of_ours_breaks_nothing(admin, family, mark):
    assert admin.opens(f"/audit?before={mark}").status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_last_day_there_are_break_nothing(admin, family, day):
    assert admin.opens(f"/audit?since={day}").status_code == 200
    assert admin.opens(f"/audit?until={day}").status_code == 200


def test_the_button_says_that_the_chain_is_whole_and_which_batch_is_not(staffed, admin, family):
    assert "Nothing is sealed yet" in admin.sends("/audit/verify").text
    staffed.clock.tick(minutes=6)
    sealing.seal_due(staffed.rt)
    assert "are as they were sealed" in admin.sends("/audit/verify").text
    with staffed.rt.store.engine.begin() as connection:
        connection.execute(update(AuditEvent).where(AuditEvent.chain_position == 3).values(actor="system:x"))
    page = admin.sends("/audit/verify").text
    assert "Batch 1 does not fit its seal." in page
    assert "A line was changed" in page


@pytest.mark.parametrize("action", ["text.queued", "check-in.waits-acute", "family.read", "escalation.reached"])
def test_every_action_is_said_in_words_of_the_language(action):
    with speaking(Language.ENGLISH):
        english = audit_words.line(action)
    with speaking(Language.SPANISH):
        assert audit_words.line(action) != english
    assert "." not in english


def test_an_action_without_words_is_spelled_out():
    with speaking(Language.ENGLISH):
        assert audit_words.line("thing.quite-new") == "thing: quite new"
