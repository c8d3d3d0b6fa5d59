"""Which help to offer for a need: near, in the right language, open, true. An order anybody can explain, no score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from checkback.care.rules.giveaways import says_what_happened
from checkback.care.rules.listings import Place, Schedule
from checkback.care.rules.nearness import ANYWHERE, FARTHEST, Spot, miles
from checkback.care.rules.openings import Opening, opening
from checkback.care.terms import Language, SafetyMode

#: An entry nobody has assured for so long may be wrong by now.
STALE_AFTER = timedelta(days=365)
#: So many families found the number wrong since somebody last assured it: it is not offered any more.
WRONG_TOO_OFTEN = 2
GROWN_UP = 18
#: Who is helped by these is a child of the family, if the family has any we know the age of.
FOR_CHILDREN = frozenset({"baby-things", "child-counselling", "school"})
#: What only one who asks for it by name may read, and only on a phone that is safe (42 CFR Part 2 for substance use;
#: the others by the same reasoning: the name of the place tells whoever holds the phone).
DISCLOSING = frozenset({"substance-use", "hiv", "partner-violence", "immigration"})
_BANDS = (3.0, 10.0, 25.0)


@dataclass(frozen=True)
class Help:
    """What matching needs to know of a resource."""

    source_id: str
    name: str
    phone: str
    needs: frozenset[str]
    reach: frozenset[str]
    languages: frozenset[str]
    schedules: tuple[Schedule, ...]
    zone: str
    places: tuple[Place, ...] = ()
    status: str = "active"
    minimum_age: float | None = None
    maximum_age: float | None = None
    narrow: bool = False
    """Only for some, such as veterans; who they are stands in its eligibility."""
    confidential: bool = False
    discloses: str = ""
    assured: date | None = None
    wrong_reports: int = 0


@dataclass(frozen=True)
class Wanted:
    """What is looked for. `circles` are the names under which help for `home` is filed, the nearest first."""

    need: str
    home: Spot | None
    circles: Sequence[Sequence[str]]
    language: Language
    now: datetime
    mode: SafetyMode = SafetyMode.NEUTRAL
    ages: tuple[float, ...] = ()


@dataclass(frozen=True)
class Reason:
    """One thing that speaks for a place or against it. The order of reasons is the order of weight."""

    name: str
    counts: float
    """Nought speaks for it; what is larger comes later."""
    detail: str = ""


@dataclass(frozen=True)
class Match:
    """A place that may be offered, where it stands nearest, and why it is where it is in the list."""

    help: Help
    place: Place | None
    phone: str
    opening: Opening
    miles: float | None
    reasons: tuple[Reason, ...]

    @property
    def order(self) -> tuple[object, ...]:
        return (*(reason.counts for reason in self.reasons), self.help.name, self.help.source_id)


def best(candidates: Iterable[Help], wanted: Wanted, limit: int = 1) -> Sequence[Match]:
    """The places that may be offered, best first."""
    matches = (_match(each, wanted) for each in candidates if may_be_offered(each, wanted))
    return sorted((m for m in matches if m is not None), key=lambda match: match.order)[:limit]


def may_be_offered(help_: Help, wanted: Wanted) -> bool:
    """Whether this may stand in a text at all: it helps with this need, it can be called, and it gives nobody away."""
    return (
        wanted.need in help_.needs
        and help_.status == "active"
        and bool(help_.phone or any(p.phone for p in help_.places))
        and not help_.confidential
        and _may_be_shown(help_.discloses, wanted)
        and (wanted.mode is SafetyMode.SAFE or not says_what_happened(help_.name))
        and help_.wrong_reports < WRONG_TOO_OFTEN
        and _fits_an_age(help_, wanted)
    )


def _may_be_shown(discloses: str, wanted: Wanted) -> bool:
    return not discloses or (discloses == wanted.need and wanted.mode is SafetyMode.SAFE)


def _fits_an_age(help_: Help, wanted: Wanted) -> bool:
    if help_.minimum_age is None and help_.maximum_age is None:
        return True
    children = [age for age in wanted.ages if age < GROWN_UP]
    if wanted.need in FOR_CHILDREN:
        return not children or any(_within(help_, age) for age in children)
    least = help_.minimum_age or 0
    grown_up = (help_.maximum_age is None or help_.maximum_age >= GROWN_UP) and least < 60  # noqa: PLR2004
    return grown_up or any(_within(help_, age) for age in children)


def _within(help_: Help, age: float) -> bool:
    # A child of two is two until the third birthday.
    return (help_.minimum_age or 0) <= age and (help_.maximum_age is None or age < help_.maximum_age + 1)


def _match(help_: Help, wanted: Wanted) -> Match | None:
    circle = next((at for at, names in enumerate(wanted.circles) if help_.reach & set(names)), None)
    if circle is None:
        return None
    place, far = _nearest(help_, wanted.home)
    if far is not None and far > FARTHEST and all(name.startswith("cell:") for name in help_.reach):
        return None
    hours = place.schedules if place is not None and place.schedules else help_.schedules
    open_ = opening(hours, help_.zone, wanted.now)
    phone = help_.phone or (place.phone if place is not None else "")
    if not phone:
        return None
    return Match(help_, place, phone, open_, far, tuple(_reasons(help_, wanted, circle, open_, far)))


def _nearest(help_: Help, home: Spot | None) -> tuple[Place | None, float | None]:
    if home is None or not help_.places:
        return (help_.places[0] if len(help_.places) == 1 else None), None
    known = [
        (miles(home, p.latitude, p.longitude), at, p)
        for at, p in enumerate(help_.places)
        if p.latitude is not None and p.longitude is not None
    ]
    if not known:
        return (help_.places[0] if len(help_.places) == 1 else None), None
    far, _, place = min(known, key=lambda each: each[:2])
    return place, far


def _reasons(help_: Help, wanted: Wanted, circle: int, open_: Opening, far: float | None) -> Iterable[Reason]:
    yield Reason("place", circle, _whom(help_, wanted, circle))
    yield Reason("language", wanted.language not in help_.languages, " ".join(sorted(help_.languages)))
    yield Reason("for everybody", help_.narrow)
    yield _hours(open_)
    yield Reason("assured", _is_doubtful(help_, wanted.now), str(help_.assured or "never"))
    band = next((at for at, most in enumerate(_BANDS) if far is not None and far <= most), len(_BANDS))
    yield Reason("distance", band, f"{far:.0f} miles" if far is not None else "unknown")


def _whom(help_: Help, wanted: Wanted, circle: int) -> str:
    shared = sorted(help_.reach & set(wanted.circles[circle]))
    return "anywhere" if shared == [ANYWHERE] else shared[0]


def _hours(open_: Opening) -> Reason:
    if open_.is_open:
        return Reason("hours", 0, f"open until {open_.until:%Y-%m-%d %H:%M}" if open_.until else "always open")
    if not open_.is_known:
        return Reason("hours", 2, "unknown")
    return Reason("hours", 1, f"opens {open_.opens:%Y-%m-%d %H:%M}" if open_.opens else "shut")


def _is_doubtful(help_: Help, now: datetime) -> bool:
    """Nobody has assured it for a year, or somebody found the number wrong since."""
    return help_.wrong_reports > 0 or help_.assured is None or now.date() - help_.assured > STALE_AFTER
