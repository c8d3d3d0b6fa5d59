"""What staff do at their desks while everything goes wrong: they hold, pause, move, cover, and let go again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from random import Random

from checkback.care.errors import CareError
from checkback.care.flows import family_change, family_events, family_plans, holds
from checkback.care.model import CheckIn, Family, StaffMember
from checkback.care.terms import CheckInState
from tests.story import House

LOGIN = "rivera"
_LONGEST_PAUSE = 4
_WHY = "somebody thought so"


class Desk:
    """Chooses by chance what is done next. What is refused is refused; a crash goes through to whoever asked."""

    def __init__(self, seed: int) -> None:
        # A chance of its own, so that the rest of a night comes as it would without a desk.
        self._chance = Random(f"desk {seed}")  # noqa: S311 - no secret in it

    def is_busy(self) -> bool:
        """Whether somebody does something now: now and then."""
        return self._chance.random() < 0.12

    def act(self) -> Callable[[House], None]:
        """One thing to do, whatever it meets."""
        does: Sequence[Callable[[House, str], object]] = (
            self._holds_a_text, self._holds_a_family, self._ends_a_hold, self._ends_a_hold,
            self._pauses, self._resumes, self._moves, self._covers,
        )  # fmt: skip
        do = self._chance.choice(does)

        def acts(house: House) -> None:
            families = sorted(each.reference for each in house.all(Family))
            if families:
                with suppress(CareError):
                    do(house, self._chance.choice(families))

        return acts

    def lets_go(self, house: House) -> None:
        """Somebody ends every hold: what is held for ever waits for ever, and that is no mistake."""
        for hold in holds.standing(house.rt):
            holds.end(house.rt, hold.reference, LOGIN)

    def _holds_a_text(self, house: House, family: str) -> object:
        waiting = sorted({each.step for each in house.all(CheckIn) if each.state is CheckInState.PLANNED})
        if not waiting:
            return None
        return holds.hold_step(house.rt, family, self._chance.choice(waiting[:4]), _WHY, LOGIN, place=1)

    def _holds_a_family(self, house: House, family: str) -> object:
        return holds.hold_family(house.rt, family, _WHY, LOGIN)

    def _ends_a_hold(self, house: House, _family: str) -> object:
        standing = holds.standing(house.rt)
        return holds.end(house.rt, self._chance.choice(standing).reference, LOGIN) if standing else None

    def _pauses(self, house: House, family: str) -> object:
        until = house.clock.now().date() + timedelta(days=self._chance.randint(1, _LONGEST_PAUSE))
        return family_events.pause(house.rt, family, until, LOGIN)

    def _resumes(self, house: House, family: str) -> object:
        return family_events.resume(house.rt, family, LOGIN)

    def _moves(self, house: House, family: str) -> object:
        return family_plans.move(house.rt, family, self._chance.choice(("short", "standard")), LOGIN, really=True)

    def _covers(self, house: House, family: str) -> None:
        rivera = next(each for each in house.all(StaffMember) if each.login == LOGIN)
        last = house.clock.now().date() + timedelta(days=1)
        family_change.cover(house.rt, family, rivera.id, self._chance.choice(("bauer", "lee")), last, _WHY)
