"""Pictures of the console for the README: its main pages on a desk and on a phone, by day and by night.

    python -m scripts.screenshots [--to FOLDER]

The house is the one of the tests, with invented people in it; nothing leaves this machine.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from checkback.adapters.passwords import DEMO_PASSWORD, Argon2Passwords
from checkback.assembly.settings import load_settings
from checkback.care.flows import heartbeat, holds, staff_work
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import StaffMember
from checkback.care.terms import Role
from checkback.console.app import make_app
from checkback.console.navigation import home
from tests.assembly.serving import served
from tests.conftest import CHROMIUM
from tests.furnished import house_on, set_up
from tests.story import ANA, House

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
DESK, PHONE = ViewportSize(width=1280, height=860), ViewportSize(width=390, height=844)


@dataclass(frozen=True)
class Picture:
    """One page, as somebody sees it."""

    name: str
    login: str
    path: str
    size: ViewportSize
    scheme: str = "light"
    language: str = "en-US"


MADE: Sequence[Picture] = (
    Picture("board", "lee", "/", DESK),
    Picture("board-dark", "lee", "/", DESK, "dark"),
    Picture("board-phone", "lee", "/", PHONE),
    Picture("escalation-phone-dark", "lee", "/escalations/12", PHONE, "dark"),
    Picture("family", "lee", "/families/F-12", DESK),
    Picture("tomorrow", "rivera", "/tomorrow", DESK),
    Picture("staff", "admin", "/staff", DESK),
    Picture("account-phone", "lee", "/account", PHONE, "light", "es-US"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=PICTURES)
    parser.add_argument("--only", default="", help="only pictures whose name holds this")
    asked = parser.parse_args(arguments)
    asked.to.mkdir(parents=True, exist_ok=True)
    with _console() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for picture in MADE:
            if asked.only in picture.name:
                _take(browser, address, picture, asked.to)
                print(asked.to / f"{picture.name}.png")
        browser.close()
    return 0


@contextmanager
def _console() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/checkback.db"
        set_up(database, Path(folder))
        house = house_on(database, Path(folder))
        _furnish(house)
        settings = load_settings({"CHECKBACK_MODE": "demo", "CHECKBACK_VAR": folder})
        with served(make_app(house.rt, settings)) as door:
            yield door.address
        house.rt.store.close()


def _furnish(house: House) -> None:
    """Something of everything the pages can show."""
    password = Argon2Passwords().hash(DEMO_PASSWORD)
    with house.rt.store.begin("screenshots.passwords") as tx:
        for member in tx.session.query(StaffMember).all():
            member.password_hash = password
            tx.record("screenshots.password", member)
    ana = house.phone(ANA)
    family = house.enrols(child_ages=[4, 9], officer="okafor")
    house.works()
    ana.texts("1")
    house.enrols("24-0118", contacts=[NewContact("Joy Park", "+13145550104"), NewContact("Bo", "+13145550105", "es")])
    house.enrols("24-0119", contacts=[NewContact("Sam Reed", "+13145550106", safe_to_text=False)])
    house.works()
    lee = next(member for member in house.all(StaffMember) if member.login == "lee")
    ana.texts("we are okay, could somebody call me?")
    staff_work.write_note(house.rt, family, lee.id, "Spoke with the grandmother: the lock is mended.")
    holds.hold_family(house.rt, "F-14", "They are with relatives until Friday.", "rivera")
    ana.texts("it is too much, I want to kill myself")
    house.phone("+13145550104").texts("I cannot cope any more")
    heartbeat.beat(house.rt, "worker")
    house.clock.tick(minutes=4)
    heartbeat.beat(house.rt, "worker")


def _take(browser: Browser, address: str, picture: Picture, folder: Path) -> None:
    context = browser.new_context(
        viewport=picture.size,
        color_scheme="dark" if picture.scheme == "dark" else "light",
        locale=picture.language,
        base_url=address,
    )
    page = context.new_page()
    if picture.login:
        page.goto("/sign-in")
        page.fill("#login", picture.login)
        page.fill("#password", DEMO_PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url(f"**{home(Role.OFFICER) if picture.login == 'okafor' else '/'}")
    page.goto(picture.path)
    page.screenshot(path=folder / f"{picture.name}.png", full_page=False)
    context.close()


if __name__ == "__main__":
    raise SystemExit(main())
