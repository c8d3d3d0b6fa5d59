"""Cuts lists into pages and narrows them down, as https://www.twilio.com/docs/usage/twilios-response has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import urlencode

from checkback.simulator.refusals import Refusal
from checkback.simulator.texts import Direction, Text

_BEGINNING = datetime.min.replace(tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC)
_PAGING = frozenset({"Page", "PageSize", "PageToken"})
_AFTER, _BEFORE = "PA", "PB"


class Listed(Protocol):
    """Whatever a list holds."""

    @property
    def sid(self) -> str: ...


ListedT = TypeVar("ListedT", bound=Listed)


@dataclass(frozen=True)
class Page(Generic[ListedT]):
    """One page of a list, where its neighbours begin, and the query it was asked for with."""

    items: Sequence[ListedT]
    number: int
    size: int
    next_token: str | None
    previous_token: str | None
    query: Mapping[str, str]

    def query_of(self, page: int, token: str | None = None) -> str:
        """The query string of another page of the same list."""
        kept = {name: value for name, value in self.query.items() if name not in _PAGING and value}
        tail = {"PageToken": token} if token else {}
        return urlencode({**kept, "PageSize": self.size, "Page": page, **tail})

    def addresses(self, root: str, style: str) -> dict[str, Any]:
        """Where this page and its neighbours are; `style` is uri or url, as the list's family of APIs spells it."""
        first, own = self.query_of(0), self.query_of(self.number)
        following = f"{root}?{self.query_of(self.number + 1, self.next_token)}" if self.next_token else None
        back = self.query_of(max(self.number - 1, 0), self.previous_token) if self.previous_token else None
        return {
            f"first_page_{style}": f"{root}?{first}",
            f"next_page_{style}": following,
            f"previous_page_{style}": f"{root}?{back}" if back else None,
            style: f"{root}?{own}",
        }


def cut_page(items: Sequence[ListedT], query: Mapping[str, str], default_size: int = 50) -> Page[ListedT]:
    """The page that this query asks for. Raises Refusal."""
    size = _whole(query, "PageSize", default_size, 1, 1000)
    number = _whole(query, "Page", 0, 0, 1_000_000)
    start = _start(items, query.get("PageToken", ""), size)
    shown = items[start : start + size]
    following = f"{_AFTER}{shown[-1].sid}" if start + size < len(items) else None
    previous = f"{_BEFORE}{shown[0].sid}" if start and shown else None
    return Page(shown, number, size, following, previous, dict(query))


def list_2010(page: Page[ListedT], name: str, resources: Sequence[Any], root: str) -> dict[str, Any]:
    """A page as the API of 2010 writes it: paging beside the resources, addresses without a host."""
    start = page.number * page.size
    return {
        name: list(resources),
        **page.addresses(root, "uri"),
        "page": page.number,
        "page_size": page.size,
        "start": start,
        "end": start + max(len(resources) - 1, 0),
    }


def list_with_meta(page: Page[ListedT], name: str, resources: Sequence[Any], root: str) -> dict[str, Any]:
    """A page as the newer APIs write it: paging apart, in `meta`, addresses whole."""
    meta = {**page.addresses(root, "url"), "page": page.number, "page_size": page.size, "key": name}
    return {name: list(resources), "meta": meta}


def sender_of(text: Text) -> str:
    """Who wrote it: the phone or our number."""
    return text.phone if text.direction is Direction.INBOUND else text.ours


def recipient_of(text: Text) -> str:
    return text.ours if text.direction is Direction.INBOUND else text.phone


def wanted_texts(texts: Sequence[Text], query: Mapping[str, str]) -> list[Text]:
    """Those that To, From and DateSent ask for. Raises Refusal when a date cannot be read."""
    sent = read_span(query, "DateSent")
    to, sender = query.get("To", ""), query.get("From", "")
    # Twilio does not say where a text that still waits stands in a list by date; here it counts from its creation, so
    # that whoever looks for a text just accepted finds it.
    return [
        text
        for text in texts
        if to in ("", recipient_of(text))
        and sender in ("", sender_of(text) if text.sender_shown else None)
        and sent.holds(text.sent_at or text.created_at)
    ]


@dataclass(frozen=True)
class Span:
    """A stretch of time that a list is narrowed to."""

    earliest: datetime = _BEGINNING
    latest: datetime = _END

    @property
    def is_all(self) -> bool:
        return self.earliest == _BEGINNING and self.latest == _END

    def holds(self, moment: datetime | None) -> bool:
        if moment is None:
            return self.is_all
        return self.earliest <= moment < self.latest


def read_span(query: Mapping[str, str], name: str, *, through: bool = True) -> Span:
    """What `Name`, a GMT day, and `Name<` and `Name>`, days or moments, leave. Raises Refusal.

    `through`: whether `Name<` includes what it names, as it does for messages and not for calls.
    """
    earliest, latest = _day(_moment(query, name))
    since, until = _moment(query, f"{name}>"), _moment(query, f"{name}<")
    return Span(
        earliest=max(earliest, since or _BEGINNING),
        latest=min(latest, (_end(until, query[f"{name}<"]) if through else until) if until else _END),
    )


def _moment(query: Mapping[str, str], name: str) -> datetime | None:
    said = query.get(name, "")
    if not said:
        return None
    try:
        moment = datetime.fromisoformat(said)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError) as error:
        raise Refusal(20001, f"'{name}' must be a GMT date such as 2026-11-23 or 2026-11-23T10:00:00Z") from error


def _day(moment: datetime | None) -> tuple[datetime, datetime]:
    """The GMT day of a moment: a date alone is a day, though the client writes it with a time of zero."""
    if moment is None:
        return _BEGINNING, _END
    start = moment.replace(hour=0, minute=0, second=0)
    return start, _after(start, timedelta(days=1))


def _end(until: datetime, said: str) -> datetime:
    """Up to where a filter with `<` reaches: what it names is included, a second or a day."""
    return _after(until, timedelta(days=1) if len(said) == len("2026-11-23") else timedelta(seconds=1))


def _after(moment: datetime, by: timedelta) -> datetime:
    return moment + by if _END - moment > by else _END


def _start(items: Sequence[Listed], token: str, size: int) -> int:
    if not token:
        return 0
    places = {item.sid: index for index, item in enumerate(items)}
    place = places.get(token[2:])
    if place is None or token[:2] not in (_AFTER, _BEFORE):
        raise Refusal(20001, "'PageToken' is not one that was given out")
    return place + 1 if token[:2] == _AFTER else max(place - size, 0)


def _whole(query: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    said = query.get(name) or str(default)
    if not said.isascii() or not said.isdigit() or len(said) > len(str(high)) or not low <= int(said) <= high:
        raise Refusal(20001, f"'{name}' must be a whole number from {low} to {high}")
    return int(said)
