"""The audit: who did what to what, searched by family, colleague, action and span, and whether it was touched."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from checkback.care.flows import audit_page, sealing
from checkback.care.flows.audit_page import LOOKED, Wishes
from checkback.care.flows.sealing import Verified
from checkback.console import audit_words
from checkback.console.desk import Visit

#: How far back the button looks: about a second's work. The command looks at all of it.
LAST_LINES = 20_000
_FIELDS = ("family", "staff", "topic", "since", "until")


async def show(visit: Visit) -> Response:
    return await _page(visit)


async def verify(visit: Visit) -> Response:
    """Hold the last lines against their seals, and show what came of it above the lines."""
    return await _page(visit, await visit.run(sealing.verify, visit.desk.rt, LAST_LINES))


async def _page(visit: Visit, verified: Verified | None = None) -> Response:
    asked = visit.request.query_params
    wishes = Wishes(*(asked.get(name, "").strip()[:80] for name in (*_FIELDS, "before")))
    page = await visit.run(audit_page.look, visit.desk.rt, visit.me.account.id, wishes)
    kept = {name: getattr(wishes, name) for name in _FIELDS if getattr(wishes, name)}
    return visit.page(
        "audit.html",
        422 if page.problems else 200,
        page=page,
        wishes=wishes,
        verified=verified,
        told_as=audit_words.line,
        topics=audit_words.TOPICS,
        looked=LOOKED,
        older=urlencode({**kept, "before": page.older}) if page.older else None,
    )
