"""The page with the phones: complete without JavaScript, live with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from checkback.simulator.body import BadBody, read_form
from checkback.simulator.call_control import read_manner
from checkback.simulator.clock import ClockRunsForward
from checkback.simulator.config import SimulatorConfig
from checkback.simulator.faults import read_fault
from checkback.simulator.network import Network
from checkback.simulator.phones import Phones, read_written
from checkback.simulator.texts import Text, media_sids
from checkback.simulator.uploads import read_text_form

Answering = Callable[[Request], Awaitable[Response]]

_HERE = Path(__file__).parent
_STEPS = {"quarter": timedelta(minutes=15), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_MORNING = time(10)
_LATE_SECONDS = 300

#: What can be made to go wrong with the texts to one phone, by Twilio's code.
TEXT_TROUBLES = {30003: "Switched off", 30006: "A landline", 30007: "Filtered"}
#: What happens when a phone is called.
MANNERS = {
    "hand": "You answer",
    "answers": "Answers itself",
    "voicemail": "Voicemail",
    "busy": "Busy",
    "no-answer": "Nobody there",
    "failed": "Fails",
}
#: What can be made to go wrong at the carrier, and in which words.
CARRIER_FAULTS = {
    "refuse-429": "Refuses a text: too many at once (429)",
    "error-503-html": "Answers with an error page (503)",
    "accepted-then-silent": "Takes a text and never says so",
    "lose-callback": "Loses a status callback",
    "late-callback": "Tells a status five minutes late",
    "double-callback": "Tells a status twice",
    "double-webhook": "Hands a phone's text on twice",
}
#: What a complaint is about.
WEBHOOKS = {"inbound": "inbound text", "status": "status of a text", "voice": "call", "call-status": "status of a call"}


class Page:
    """What the browser sees."""

    def __init__(self, config: SimulatorConfig, network: Network) -> None:
        self._config = config
        self._network = network
        self._phones = Phones(config, network)
        self._templates = Jinja2Templates(directory=_HERE / "templates")
        self._templates.env.filters.update(local=self._local, name=self._name, spoken=_spoken)
        self._templates.env.globals.update(
            seen_pictures=self._seen_pictures,
            numbers=list(config.numbers),
            troubles=TEXT_TROUBLES,
            manners=MANNERS,
            webhooks=WEBHOOKS,
        )

    def routes(self) -> list[BaseRoute]:
        def post(path: str, answering: Answering) -> Route:
            return Route(path, self._form(answering), methods=["POST"])

        return [
            Route("/", self.show),
            Route("/phones/{number}", self.show_phone),
            Route("/complaints", self.show_complaints),
            Route("/clock", self.show_clock, methods=["GET"]),
            Route("/carrier", self.show_carrier, methods=["GET"]),
            Route("/pictures/{media}", self.show_picture),
            post("/phones", self.add_phone),
            post("/phones/{number}/texts", self.write),
            post("/phones/{number}/calls", self.dial),
            post("/phones/{number}/trouble", self.trouble),
            post("/calls/{sid}", self.hold_call),
            post("/clock", self.move_clock),
            post("/complaints", self.clear_complaints),
            post("/carrier", self.order_fault),
            Mount("/static", StaticFiles(directory=_HERE / "static")),
        ]

    # --- what is shown -------------------------------------------------------------------------------------------

    async def show(self, request: Request) -> Response:
        return self._render(request, "page.html", phones=self._phones.all(), **self._around())

    async def show_phone(self, request: Request) -> Response:
        phone = self._phones.find(request.path_params["number"])
        if phone is None:
            return PlainTextResponse("There is no such phone.", status_code=404)
        return self._render(request, "phone.html", phone=phone, **self._around())

    async def show_complaints(self, request: Request) -> Response:
        return self._render(request, "complaints.html", **self._around())

    async def show_clock(self, request: Request) -> Response:
        return self._render(request, "clock.html", **self._around())

    async def show_carrier(self, request: Request) -> Response:
        return self._render(request, "carrier.html", **self._around())

    async def show_picture(self, request: Request) -> Response:
        picture = self._network.pictures.find(request.path_params["media"])
        if picture is None:
            return PlainTextResponse("There is no such picture.", status_code=404)
        return Response(picture.content, media_type=picture.content_type)

    # --- what a form does ----------------------------------------------------------------------------------------

    async def add_phone(self, request: Request) -> Response:
        form = await _one_each(request)
        number = form.get("number", "").strip()
        self._phones.add(number, form.get("label", ""), form.get("side", ""))
        return self._changed(number)

    async def write(self, request: Request) -> Response:
        number = request.path_params["number"]
        form, pictures = await read_text_form(request)
        self._phones.check(number, form.get("to", ""))
        written = read_written({"body": form.get("body", "").replace("\r\n", "\n")}, pictures)
        self._phones.write(number, form.get("to", ""), written)
        return _back(f"phone-{number[1:]}")

    async def dial(self, request: Request) -> Response:
        number, to = request.path_params["number"], (await _one_each(request)).get("to", "")
        self._phones.check(number, to)
        self._network.voice.dial(number, to)
        return _back(f"phone-{number[1:]}")

    async def trouble(self, request: Request) -> Response:
        number, form = request.path_params["number"], await _one_each(request)
        match form:
            case {"texts": "fine"}:
                self._phones.trouble(number, None)
            case {"texts": code} if code.isascii() and code.isdigit() and int(code) in TEXT_TROUBLES:
                self._phones.trouble(number, int(code))
            case {"calls": manner}:
                self._network.voice.behave(number, read_manner(manner))
            case {"blocks": "yes" | "no" as blocks}:
                self._phones.block(number, blocks=blocks == "yes")
            case _:
                raise ValueError("texts, calls or blocks: one of them, with a value this page has")
        return self._changed(number)

    async def hold_call(self, request: Request) -> Response:
        sid, voice = request.path_params["sid"], self._network.voice
        call = self._network.calls.find(sid)
        match await _one_each(request):
            case {"do": "answer"}:
                voice.pick_up(sid)
            case {"do": "hang-up"}:
                voice.put_down(sid)
            case {"digits": digits}:
                voice.press(sid, digits)
            case _:
                raise ValueError("do: must be answer or hang-up, or give digits")
        return _back(f"phone-{call.phone[1:]}" if call else "phones")

    async def move_clock(self, request: Request) -> Response:
        clock = self._network.clock
        match await _one_each(request):
            case {"move": "morning"}:
                clock.set(self._next_morning())
            case {"move": "jump", "to": to}:
                clock.set(self._read_local(to))
            case {"move": move} if move in _STEPS:
                clock.advance(_STEPS[move])
            case _:
                raise ValueError("move: must be quarter, hour, day, morning, or jump with a time to go to")
        self._network.live.tell("clock")
        return _back("clock")

    async def clear_complaints(self, request: Request) -> Response:
        self._network.webhooks.complaints.clear()
        self._network.live.tell("complaint")
        return _back("complaints")

    async def order_fault(self, request: Request) -> Response:
        faults = self._network.faults
        match await _one_each(request):
            case {"well": _}:
                for kind in CARRIER_FAULTS:
                    faults.clear(kind=kind)
            case {"next": kind} if kind in CARRIER_FAULTS:
                faults.add(read_fault(_fault(kind, 1)))
            case {"always": kind} if kind in CARRIER_FAULTS:
                faults.add(read_fault(_fault(kind, "always")))
            case _:
                raise ValueError("next, always or well: one of them")
        self._network.live.tell("carrier")
        return _back("carrier")

    # --- words and parts -----------------------------------------------------------------------------------------

    def _form(self, answering: Answering) -> Answering:
        """A form that cannot be taken is answered with a page that says why."""

        async def endpoint(request: Request) -> Response:
            try:
                return await answering(request)
            except ClockRunsForward:
                return self._refuse("The clock only runs forward.")
            except (BadBody, ValueError) as error:
                return self._refuse(str(error))

        return endpoint

    def _changed(self, number: str) -> Response:
        self._network.live.tell("phone", number=number)
        return _back(f"phone-{number[1:]}")

    def _next_morning(self) -> datetime:
        """The first 10 o'clock still to come, by the clock on the wall."""
        now = self._local(self._network.clock.now())
        today = datetime.combine(now.date(), _MORNING, now.tzinfo)
        return today if today > now else datetime.combine(now.date() + timedelta(days=1), _MORNING, now.tzinfo)

    def _read_local(self, said: str) -> datetime:
        """A moment by the clock on the wall."""
        try:
            moment = datetime.fromisoformat(said)
        except ValueError as error:
            raise ValueError("to: must be a date and a time") from error
        return moment if moment.tzinfo else moment.replace(tzinfo=self._config.local_zone)

    def _around(self) -> dict[str, Any]:
        return {
            "now": self._network.clock.now(),
            "ahead": self._network.clock.offset() > timedelta(),
            "complaints": list(self._network.webhooks.complaints)[::-1][:20],
            "carrier_faults": [(kind, words, self._waiting(kind)) for kind, words in CARRIER_FAULTS.items()],
        }

    def _seen_pictures(self, text: Text) -> list[str]:
        """The pictures of a text that can be shown; of the others only the number is known."""
        return [media for media in media_sids(text) if self._network.pictures.find(media)]

    def _waiting(self, kind: str) -> str:
        """How often this will still go wrong."""
        counts = [fault.count for fault in self._network.faults.waiting() if fault.kind == kind]
        if None in counts:
            return "always"
        total = sum(count or 0 for count in counts)
        return f"the next {total}" if total > 1 else "the next one" if total else ""

    def _render(self, request: Request, template: str, **values: Any) -> Response:
        return self._templates.TemplateResponse(request, template, values, headers={"Cache-Control": "no-store"})

    def _refuse(self, why: str) -> Response:
        page = self._templates.get_template("refused.html").render(why=why)
        return HTMLResponse(page, status_code=400)

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self._config.local_zone)

    def _name(self, number: str) -> str:
        return self._config.number_labels.get(number, _spoken(number))


def _back(anchor: str) -> Response:
    return RedirectResponse(f"/#{anchor}", status_code=303)


async def _one_each(request: Request) -> dict[str, str]:
    """The form's fields, the first value of each."""
    return {name: values[0] for name, values in (await read_form(request)).items()}


def _fault(kind: str, count: int | str) -> dict[str, Any]:
    late = {"seconds": _LATE_SECONDS} if kind == "late-callback" else {}
    return {"kind": kind, "count": count, **late}


def _spoken(number: str) -> str:
    """A number the way people write it: (314) 555-0101."""
    if number.startswith("+1") and len(number) == len("+13145550101"):
        return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
    return number
