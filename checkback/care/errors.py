"""What can go wrong, named for what happened. The docstring is the message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class Said(str):
    """A sentence to a person, in English, that a page can say in another language: by its pattern and its values."""

    pattern: str
    values: Mapping[str, Any]


def said(pattern: str, /, **values: object) -> Said:
    """`said("at most %(most)s characters", most=80)`: what stands there as one sentence, and apart as well."""
    found = Said(pattern % values if values else pattern)
    found.pattern, found.values = pattern, values
    return found


class CareError(Exception):
    """Something in the care of a family could not be done."""

    def __str__(self) -> str:
        return super().__str__() or (type(self).__doc__ or "").strip()


class Refusal(CareError):
    """What somebody asked for cannot be done; the message says why, to them, in the language of their page.

    So it is `said`, or nothing: then the docstring is the message, and stands in the catalogs as well.
    """

    def __init__(self, why: Said | None = None) -> None:
        super().__init__(*([why] if why is not None else []))


class InvalidPhone(Refusal):
    """This is not a phone number we can text."""


class InvalidEnrolment(CareError):
    """The enrolment cannot be taken as it is; `problems` names each field and its mend."""

    def __init__(self, problems: Mapping[str, Said]) -> None:
        super().__init__("; ".join(f"{field}: {mend}" for field, mend in sorted(problems.items())))
        self.problems = problems


class ChangedEnrolment(CareError):
    """This incident was enrolled before, with something else in some fields; nothing was changed.

    `family` has it; `problems` names each field that differs, and what to do.
    """

    def __init__(self, family: str, fields: Sequence[str]) -> None:
        super().__init__(f"enrolled before as {family}, otherwise in: {', '.join(fields)}")
        self.family = family
        self.problems = {
            each: said("differs from what was enrolled before; nothing was changed, staff change a family by hand")
            for each in fields
        }


class NotFound(CareError):
    """There is nothing under this name."""


class ScreeningRefused(Refusal):
    """These answers cannot be kept as they are; nothing was kept."""


class AlreadyResolved(Refusal):
    """This escalation has ended already."""


class AlreadyAcknowledged(Refusal):
    """Someone has taken this escalation already."""


class AlreadyDone(Refusal):
    """Somebody has done this task already."""


class SignInRefused(Refusal):
    """That login and that password do not belong together."""


class CodeRefused(Refusal):
    """That code is wrong, was used before, or has run out."""


class InvalidStaff(CareError):
    """A member of staff cannot be kept like this; `problems` names each field and its mend."""

    def __init__(self, problems: Mapping[str, Said]) -> None:
        super().__init__("; ".join(f"{field}: {mend}" for field, mend in sorted(problems.items())))
        self.problems = problems


class ProviderRefused(CareError):
    """The sign-in provider did not vouch for anybody; the message says why, to whoever runs the house."""


class WordsRefused(Refusal):
    """What was written cannot be kept or sent like this; the message says why, to the person who wrote it."""


class GivesAway(WordsRefused):
    """A person's own text says something that somebody else who reads the phone must not learn; `words` says what."""

    def __init__(self, words: Sequence[str]) -> None:
        found = ", ".join(words)
        super().__init__(said("Somebody else may read this phone, and this gives them away: %(words)s", words=found))
        self.words = tuple(words)


class HoldRefused(Refusal):
    """What was asked to be held, or set, cannot be; the message says why. `field` names the one that is wrong."""

    def __init__(self, why: Said | None = None, *, field: str = "") -> None:
        super().__init__(why)
        self.field = field

    def __str__(self) -> str:
        return f"{self.field}: {super().__str__()}" if self.field else super().__str__()


class ClaimLost(CareError):
    """Somebody else works on this now; what we learned was not kept."""


class Unaudited(CareError):
    """A unit of work changed something and left no audit row."""


class SendFailed(CareError):
    """The carrier refused the text; nothing was sent.

    `code` is the carrier's own error code, or None when it gave none. `permanent`: trying again will not help.
    `retry_after`, in seconds, when the carrier named a time.
    """

    def __init__(self, code: int | None, *, permanent: bool, retry_after: float | None = None) -> None:
        super().__init__(f"the carrier refused the text (code {code})")
        self.code = code
        self.permanent = permanent
        self.retry_after = retry_after


class SendUnclear(CareError):
    """Nobody knows whether the carrier took the text: it did not answer, or not in a way we understand."""


class CarrierLogUnread(CareError):
    """The carrier did not say which texts went and came; nothing was changed, and sending stays held."""


class NotRestored(CareError):
    """This database was not put back from a backup, or is reconciled: there is nothing to do."""


class LookupUnavailable(CareError):
    """Nobody says whether a number has changed hands: no answer in time, or none that can be understood."""


class AssistantUnavailable(CareError):
    """The assistant gave no answer in time, or an error instead of one."""


class TurnRejected(CareError):
    """The assistant answered, but not with a whole turn: a directive was missing or not in the contract."""


class NoSuchPlan(Refusal):
    """There is no plan of this name; the message names those there are."""


class AlreadyApproved(Refusal):
    """This version of a plan is no draft any more."""


class NotAllowed(Refusal):
    """This is not for this member of staff to do; the message says for whom it is."""


class NoSuchScene(Refusal):
    """A plan cannot be rehearsed for this time, place or language; the message says which, and the mend."""


class WeakPassword(Refusal):
    """A password needs at least 12 characters, at most 200, and not your login or one repeated sign."""


class StoreUnavailable(CareError):
    """The database cannot be reached."""
