"""How values become pages: templates that escape everything, times in a zone, pieces that stay up to date."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from checkback.care.terms import Language
from checkback.console import words
from checkback.console.chart import bars
from checkback.console.marks import pieces
from checkback.console.navigation import here, home, places
from checkback.console.speaking import gettext, language, locale, ngettext, told

_HERE = Path(__file__).parent

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # Without it a browser would send `Origin: null` from our own forms.
    "Referrer-Policy": "same-origin",
}


class View:
    """Renders."""

    def __init__(self, *, is_demo: bool) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        self._templates.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
        self._templates.filters.update(
            moment=_moment,
            day=_day,
            clock=_clock,
            short_day=_short_day,
            lasting=lasting,
            duration=duration,
            pieces=pieces,
            stands_in=lambda evidence, body: evidence.casefold() in body.casefold(),
            bars=bars,
            browser=words.browser,
            spoken=words.spoken_number,
            version=_version,
            told=told,
        )
        self._templates.globals.update(
            words=words, is_demo=is_demo, places=places, home=home, here=here, language=language
        )

    def page(self, template: str, status: int, **values: Any) -> Response:
        """A whole page, with its status."""
        return HTMLResponse(self.html(template, **values), status)

    def html(self, template: str, **values: Any) -> Markup:
        """A rendered template."""
        return Markup(self._templates.get_template(template).render(values))  # noqa: S704 - rendered with autoescape

    def live(self, path: str, template: str, page: Seen, **values: Any) -> Live:
        """A piece of a page that asks at `path`, every few seconds, whether there is news."""
        inner = self.html(template, page=page, **values)
        content = _mark(self.html(template, page=replace(page, now=_ONCE), **values))
        mark = f"{content}-{_mark(inner)}"
        return Live(_LIVE.format(path=path, mark=mark, inner=inner), content, mark)


class Seen(Protocol):
    """What was looked up, at one moment."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def now(self) -> datetime: ...


@dataclass(frozen=True)
class Live:
    """A rendered piece. `mark` changes whenever it does; `content` only when more than the time of day has changed."""

    html: Markup
    content: str
    mark: str


# Morphed, not replaced: what has the focus keeps it.
_LIVE = Markup('<div id="live" hx-get="{path}?seen={mark}" hx-trigger="every 3s" hx-swap="outerMorph">{inner}</div>')
_ONCE = datetime(2000, 1, 1, tzinfo=UTC)


def _mark(html: str) -> str:
    return hashlib.sha256(html.encode()).hexdigest()[:12]


def lasting(since: datetime, now: datetime) -> str:
    """How long ago: `4 min`, `1 h 20 min`, `3 days`."""
    return duration(now - since)


def duration(span: timedelta) -> str:
    """A span of time as people say it, without seconds."""
    minutes = max(int(span.total_seconds()) // 60, 0)
    if minutes < 1:
        return gettext("less than a minute")
    if minutes < 60:  # noqa: PLR2004
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 24:  # noqa: PLR2004
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days = hours // 24
    return ngettext("%(num)s day", "%(num)s days", days) % {"num": days}


def _moment(at: datetime, zone: str, *, named: bool = False) -> Markup:
    """`Tue Mar 3, 10:04 AM`, in that zone; with its name when the reader may be in another."""
    local = at.astimezone(ZoneInfo(zone))
    pattern = "EEE d MMM, h:mm a" if language() is Language.SPANISH else "EEE MMM d, h:mm a"
    said = format_datetime(local, pattern, locale=locale())
    return _time(at, f"{_plain(said)} {local:%Z}" if named else _plain(said))


def _day(at: date) -> Markup:
    """`Tuesday, March 3`, of the clock on somebody's wall."""
    pattern = "EEEE d 'de' MMMM" if language() is Language.SPANISH else "EEEE, MMMM d"
    said = format_date(at, pattern, locale=locale())
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), said)


def _clock(at: datetime, zone: str, *, named: bool = False) -> Markup:
    """`10:04 AM`, in that zone."""
    local = at.astimezone(ZoneInfo(zone))
    said = format_datetime(local, "h:mm a", locale=locale())
    return _time(at, f"{_plain(said)} {local:%Z}" if named else _plain(said))


def _plain(said: str) -> str:
    """With plain spaces, and without the stops of `a.m.`: a sentence that ends in an hour has its own."""
    return said.replace("\u202f", " ").replace("\xa0", " ").replace("a.m.", "AM").replace("p.m.", "PM")


def _short_day(day: date) -> str:
    """`Mar 3`: a day of this calendar, wherever it is read."""
    return format_date(day, "d MMM" if language() is Language.SPANISH else "MMM d", locale=locale())


def _time(at: datetime, said: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), said)


def _version(name: str) -> str:
    """A file's address with a mark of its bytes, so that a new one is fetched at once."""
    return f"/static/{name}?v={hashlib.sha256((_HERE / 'static' / name).read_bytes()).hexdigest()[:10]}"
