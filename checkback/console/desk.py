"""What every page works with: the flows' runtime, threads to run them in, and who is asking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from checkback.assembly.doors import Threads
from checkback.assembly.settings import Settings
from checkback.care.flows.signing_in import SignedIn
from checkback.care.ports import IdentityProvider, Passwords
from checkback.care.runtime import Runtime
from checkback.care.terms import Language
from checkback.console.patience import Patience
from checkback.console.sessions import Sessions
from checkback.console.speaking import wished
from checkback.console.view import Live, Seen, View

P = ParamSpec("P")
T = TypeVar("T")

#: Checking a password takes a thread for long; strangers may not take them all.
_PASSWORDS_AT_ONCE = 2


class Desk:
    """One console: shared by all its requests."""

    def __init__(
        self, rt: Runtime, settings: Settings, passwords: Passwords, provider: IdentityProvider | None = None
    ) -> None:
        self.provider = provider
        self.rt = rt
        self.settings = settings
        self.passwords = passwords
        self.sessions = Sessions(settings)
        self.patience = Patience(rt.clock)
        self.view = View(is_demo=settings.is_demo)
        self.threads = Threads(settings.pool_size)
        self.password_threads = Threads(_PASSWORDS_AT_ONCE)


@dataclass(frozen=True)
class Visit:
    """One request at the desk, and who makes it; nobody on pages that are open to all.

    `half` has shown a password and owes the second factor: they are not in.
    """

    desk: Desk
    request: Request
    signed_in: SignedIn | None
    half: SignedIn | None = None

    @property
    def me(self) -> SignedIn:
        """Who is signed in; the guard lets nobody else through to a page that asks."""
        if self.signed_in is None:
            raise PermissionError("a page for staff was reached by nobody")
        return self.signed_in

    @property
    def is_partial(self) -> bool:
        """Whether htmx asks, for a piece of a page it has."""
        return self.request.headers.get("HX-Request") == "true"

    @property
    def language(self) -> Language:
        """The language of the pages for who asks: the one they chose, else their browser's."""
        chosen = self.signed_in.account.language if self.signed_in else None
        return chosen or wished(self.request.headers.get("Accept-Language", ""))

    @property
    def browser(self) -> str:
        """What the asker's browser says of itself."""
        return self.request.headers.get("User-Agent", "")

    async def run(self, flow: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow in a thread."""
        return await self.desk.threads.run(flow, *args, **kwargs)

    async def form(self) -> Mapping[str, str]:
        """The form's text fields."""
        return {name: value for name, value in (await self.request.form()).items() if isinstance(value, str)}

    async def file(self, name: str, most: int) -> bytes:
        """The file the form brings under this name; empty when there is none."""
        sent = (await self.request.form(max_part_size=most)).get(name)
        if not isinstance(sent, UploadFile):
            return b""
        try:
            return await sent.read()
        finally:
            await sent.close()

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A whole page."""
        me = self.signed_in.account if self.signed_in else None
        path = self.request.url.path
        return self.desk.view.page(template, status, me=me, path=path, **values)

    def live(self, template: str, page: Seen, path: str, **values: Any) -> Live:
        """A piece of a page that stays up to date by asking at `path`."""
        return self.desk.view.live(path, template, page, me=self.me.account, **values)

    def has(self, live: Live) -> bool:
        """Whether the asker shows exactly this already."""
        return self._seen == live.mark

    def knows(self, live: Live) -> bool:
        """Whether the asker shows all of this, but for the time of day."""
        return self._seen.startswith(f"{live.content}-")

    @property
    def _seen(self) -> str:
        return self.request.query_params.get("seen", "")

    def go(self, path: str) -> Response:
        """After a form: look at the page anew."""
        return RedirectResponse(path, status_code=303)
