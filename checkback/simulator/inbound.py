"""What a phone writes: the carrier hears its own keywords first, then hands the text to the application's webhook."""

from __future__ import annotations

import base64
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import uuid4

from checkback.simulator.creation import Order
from checkback.simulator.faults import FaultKind
from checkback.simulator.keywords import Heard
from checkback.simulator.lanes import Lanes
from checkback.simulator.optouts import OptOuts
from checkback.simulator.pictures import Picture, Pictures
from checkback.simulator.refusals import Refusal
from checkback.simulator.segments import count_segments
from checkback.simulator.sending import Sending, Surroundings
from checkback.simulator.texts import Direction, Text, media_sids, new_sid
from checkback.simulator.twiml import Reply

_LOOP, _NO_SENDER = 14107, 21606
_MOST_REPLIES, _LOOP_SPAN = 30, timedelta(seconds=30)


@dataclass(frozen=True)
class Written:
    """What a phone's holder sends, and in which of Twilio's rarer ways it is to be handed on."""

    body: str
    num_media: int = 0
    pictures: Sequence[Picture] = ()
    encoded: bool = False
    """Whether the body comes in Base64, as it sometimes does."""
    more_fields: Mapping[str, str] = field(default_factory=dict)
    """Fields that Twilio adds for some accounts or from one day to the next: `AddOns`, or one nobody has heard of."""


class Inbound:
    """From the phones to the application. Used from one event loop only."""

    def __init__(
        self, around: Surroundings, opt_outs: OptOuts, pictures: Pictures, sending: Sending, address: str
    ) -> None:
        self._around = around
        self._opt_outs = opt_outs
        self._pictures = pictures
        self._sending = sending
        self._address = address
        self._telling = Lanes()
        self._replied: dict[tuple[str, str], deque[datetime]] = defaultdict(lambda: deque(maxlen=_MOST_REPLIES))

    async def close(self) -> None:
        await self._telling.close()

    def write(self, phone: str, ours: str, written: Written) -> Text:
        """A phone's holder writes to a number of ours. The carrier acts on its keywords first, then hands it on."""
        heard = self._opt_outs.hear(phone, ours, written.body)
        text = replace(
            self._arrived(Direction.INBOUND, phone, ours, written.body, written.num_media or len(written.pictures)),
            status="received",
            handed_on=False,
            token=str(uuid4()),
        )
        self._keep_pictures(text, written.pictures)
        text = self._around.keep(replace(text, more_fields=self._more_fields(text, written, heard)))
        if heard is not None and heard.answer:
            self._around.keep(self._arrived(Direction.AUTOMATIC, phone, ours, heard.answer))
        self.hand_on_later(text)
        return text

    def hand_on_later(self, text: Text) -> None:
        """Tell the application. Each text is its own webhook, side by side with the others, as it is with Twilio."""
        twice = self._around.faults.take({FaultKind.DOUBLE_WEBHOOK}, text.phone, text.ours)
        for _ in range(2 if twice else 1):
            self._telling.add(object(), lambda: self._hand_on(text))

    def fields(self, text: Text) -> list[tuple[str, str]]:
        """The form of an inbound webhook: what Twilio does not know is blank, but present."""
        said = {
            "ToCountry": "US",
            "ToState": "",
            "SmsMessageSid": text.sid,
            "NumMedia": str(text.num_media),
            "ToCity": "",
            "FromZip": "",
            "SmsSid": text.sid,
            "FromState": "",
            "SmsStatus": "received",
            "FromCity": "",
            "Body": text.body,
            "FromCountry": "US",
            "To": text.ours,
            "ToZip": "",
            "NumSegments": str(count_segments(text.body)),
            "MessageSid": text.sid,
            "AccountSid": self._around.account.sid,
            "From": text.phone,
            "ApiVersion": "2010-04-01",
        }
        service = self._around.account.service_of(text.ours)
        of_service = {"MessagingServiceSid": service.sid} if service else {}
        return list({**said, **of_service, **self._media_fields(text), **text.more_fields}.items())

    # --- arriving ------------------------------------------------------------------------------------------------

    def _arrived(self, direction: Direction, phone: str, ours: str, body: str, num_media: int = 0) -> Text:
        """A text that is where it was going already."""
        now = self._around.clock.now()
        sid = new_sid("MM" if num_media else "SM")
        return Text(sid, direction, phone, ours, body, "delivered", now, now, now, now, num_media)

    def _keep_pictures(self, text: Text, pictures: Sequence[Picture]) -> None:
        for media_sid, picture in zip(media_sids(text), pictures, strict=False):
            self._pictures.keep(media_sid, picture)

    def _more_fields(self, text: Text, written: Written, heard: Heard | None) -> dict[str, str]:
        told = self._opt_outs.type_told(text.ours, heard)
        body = base64.b64encode(text.body.encode()).decode("ascii")
        return {
            **({"OptOutType": told} if told else {}),
            **({"Body": body} if written.encoded else {}),
            **written.more_fields,
        }

    def _media_fields(self, text: Text) -> dict[str, str]:
        root = f"{self._address}/2010-04-01/Accounts/{self._around.account.sid}/Messages/{text.sid}/Media"
        fields = {}
        for index, media_sid in enumerate(media_sids(text)):
            picture = self._pictures.find(media_sid)
            fields[f"MediaContentType{index}"] = picture.content_type if picture else "image/png"
            fields[f"MediaUrl{index}"] = f"{root}/{media_sid}"
        return fields

    # --- handing on ----------------------------------------------------------------------------------------------

    async def _hand_on(self, text: Text) -> None:
        webhook = self._around.account.inbound_webhook(text.ours)
        if webhook is None:
            # Nothing is set for this number; a service that disables inbound texts does not even log them.
            is_logged = self._around.account.takes_inbound(text.ours)
            self._around.keep(replace(self._around.texts.now(text), handed_on=True, deleted=not is_logged))
            return
        verdict = await self._around.webhooks.call("inbound", text.sid, webhook, self.fields(text), text.token)
        self._around.keep(replace(self._around.texts.now(text), handed_on=True, taken=verdict.is_good))
        for reply in verdict.replies:
            self._answer_back(text, reply)

    def _answer_back(self, text: Text, reply: Reply) -> None:
        """Send what the application answered; what cannot be sent is complained of, since nobody else hears of it."""
        to, ours = reply.to or text.phone, reply.sender or text.ours
        if self._is_loop(to, ours):
            failed = self._arrived(Direction.OUTBOUND_REPLY, to, ours, reply.body)
            self._around.keep(replace(failed, status="failed", error_code=_LOOP, sent_at=None, arrived_at=None))
            self._complain(text, _LOOP, "more than 30 replies between two numbers in 30 seconds")
        elif ours not in self._around.account.numbers:
            self._complain(text, _NO_SENDER, "a <Message> from a number that is not this account's")
        else:
            order = Order(to, ours, reply.body, num_media=reply.num_media, status_callback=reply.status_callback)
            self._send(text, order)

    def _send(self, text: Text, order: Order) -> None:
        try:
            self._sending.accept(order, Direction.OUTBOUND_REPLY)
        except Refusal as refusal:
            self._complain(text, refusal.code, f"a reply in TwiML was not sent: {refusal.message}")

    def _is_loop(self, to: str, ours: str) -> bool:
        now = self._around.clock.now()
        recent = self._replied[(to, ours)]
        if len(recent) == _MOST_REPLIES and now - recent[0] <= _LOOP_SPAN:
            return True
        recent.append(now)
        return False

    def _complain(self, text: Text, code: int, message: str) -> None:
        self._around.webhooks.complain("inbound", text.sid, code, message)
