"""The doctor looks at a real house, and says of each thing that is not well what it is and what mends it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from checkback.adapters.passwords import DEMO_PASSWORD, Argon2Passwords
from checkback.assembly.doctor import examine
from checkback.assembly.runtime import PROGRAM, make_runtime, make_store
from checkback.assembly.settings import Settings, load_settings
from checkback.care.flows.setting_up import seed, seed_people
from checkback.care.model import CheckInPlan, RotaShift, RotaTurn, StaffMember, StaffWay
from checkback.care.runtime import Runtime
from checkback.care.store import history
from checkback.care.terms import PlanState, Role
from tests.adapters.scripted import answers, scripted

#: Nobody listens there, so whoever asks is refused at once.
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """A house of the demonstration; its carrier and its assistant are not started."""
    return load_settings(
        {
            "CHECKBACK_MODE": "demo",
            "CHECKBACK_VAR": str(tmp_path),
            "CHECKBACK_DATABASE_URL": database_url,
            "CHECKBACK_ASSISTANT_URL": NOBODY,
            "TWILIO_BASE_URL": NOBODY,
        }
    )


@pytest.fixture
def rt(settings: Settings) -> Iterator[Runtime]:
    """The same house, set up with the invented people in it."""
    store = make_store(settings)
    history.upgrade(store)
    store.close()
    rt = make_runtime(settings)
    seed(rt, PROGRAM, PROGRAM / "programme.yml", fictional=True)
    seed_people(rt, PROGRAM / "programme.yml", password_hash=Argon2Passwords().hash(DEMO_PASSWORD))
    yield rt
    rt.store.close()


def words(settings: Settings, what: str) -> str | None:
    """What the doctor says is to be mended; None where it is well."""
    (found,) = [each for each in examine(settings) if each.what == what]
    return None if found.is_well else found.words


def test_a_house_that_was_set_up_is_well_as_far_as_its_own_rows_go(rt, settings):
    well = {each.what for each in examine(settings) if each.is_well}
    assert well >= {"settings", "program", "database", "plans", "on call", "accounts"}


def test_an_empty_database_is_told_from_one_of_another_version(settings, rt):
    with rt.store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0021'"))
    assert "checkback db upgrade" in (words(settings, "database") or "")


def test_a_plan_that_nobody_approved_is_named_with_what_approves_it(rt, settings):
    with rt.store.begin("test.plan") as tx:
        for plan in tx.session.query(CheckInPlan).filter_by(name="standard"):
            plan.state = PlanState.DRAFT
            tx.record("test.plan", plan)
    said = words(settings, "plans") or ""
    assert said.startswith("standard@1 is a draft that nobody approved")
    assert "checkback plans approve standard --by LOGIN" in said
    with rt.store.begin("test.plan") as tx:
        for plan in tx.session.query(CheckInPlan).filter_by(name="standard"):
            plan.state = PlanState.RETIRED
            tx.record("test.plan", plan)
    assert (words(settings, "plans") or "").startswith("no version of the plan standard counts")


def test_hours_in_which_nobody_is_on_call_are_named(rt, settings):
    with rt.store.begin("test.rota") as tx:
        for kind in (RotaShift, RotaTurn):
            for row in tx.session.query(kind):
                tx.session.delete(row)
                tx.record("test.rota", row)
    said = words(settings, "on call") or ""
    assert said.startswith("nobody is on call for ")
    assert "checkback rotas gaps" in said


def test_whoever_gets_no_alert_is_named(rt, settings):
    with rt.store.begin("test.way") as tx:
        lee = tx.session.query(StaffMember).filter_by(login="lee").one()
        for way in tx.session.query(StaffWay).filter_by(staff_id=lee.id):
            way.verified_at = None
            tx.record("test.way", way)
    assert words(settings, "on call") == "no alert goes to lee; `checkback ways prove LOGIN sms`"


def test_a_house_without_an_administrator_says_how_one_is_made(rt, settings):
    with rt.store.begin("test.admin") as tx:
        for member in tx.session.query(StaffMember).filter_by(role=Role.ADMIN):
            member.left_at = tx.now
            tx.record("test.admin", member)
    assert "checkback admin create LOGIN" in (words(settings, "accounts") or "")


def test_in_a_house_in_use_accounts_with_the_password_all_know_are_named(rt, settings):
    live = settings.model_copy(update={"mode": "live"})
    said = words(live, "accounts") or ""
    assert "lee" in said and "the password all know" in said
    with rt.store.begin("test.password") as tx:
        for member in tx.session.query(StaffMember):
            member.password_hash = None
            tx.record("test.password", member)
    assert words(live, "accounts") is None


def test_an_assistant_that_is_not_there_or_not_ready_is_told_apart(rt, settings):
    assert (words(settings, "assistant") or "").startswith("not reached (ConnectError)")
    with scripted(answers(503, "")) as server:
        not_ready = settings.model_copy(update={"assistant_url": server.address})
        assert "is up but not ready (it answers 503)" in (words(not_ready, "assistant") or "")
    with scripted(answers(200, "")) as server:
        assert words(settings.model_copy(update={"assistant_url": server.address}), "assistant") is None


def test_what_is_not_well_stops_no_look_at_the_rest(rt, settings):
    found = [each.what for each in examine(settings)]
    assert found[:8] == ["settings", "program", "screen", "database", "plans", "on call", "accounts", "assistant"]
    assert len(found) > 8
