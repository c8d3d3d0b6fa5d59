"""The refusals Twilio answers with, by their codes at https://www.twilio.com/docs/api/errors; the wording is ours."""

from __future__ import annotations

_KNOWN = {
    20001: (400, "A parameter of the request is wrong"),
    20003: (401, "Authenticate: the account SID with its auth token, or an API key with its secret"),
    20004: (405, "The resource does not know this method"),
    20008: (403, "Test credentials cannot be used for this resource"),
    20009: (409, "The message is not finished yet"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too many requests at the same time"),
    21201: (400, "A 'To' phone number to call is required"),
    21205: (400, "A 'Url', or 'Twiml', that says what to play is required and must be valid"),
    21210: (400, "The 'From' phone number is not one of this account that can call"),
    21211: (400, "Invalid 'To' phone number"),
    21212: (400, "Invalid 'From' phone number"),
    21213: (400, "A 'From' phone number is required"),
    21214: (400, "The 'To' number cannot be reached by a call"),
    21215: (400, "Calling the region of the 'To' number is not enabled"),
    21216: (400, "The account is not allowed to call this number"),
    21217: (400, "The 'To' number is not a valid phone number"),
    21219: (400, "A trial account cannot call numbers that are not verified"),
    21220: (400, "The call is not in a state that allows this"),
    21266: (400, "'To' and 'From' must not be the same number"),
    21408: (400, "Sending to the region of the 'To' number is not enabled"),
    21602: (400, "A message needs a 'Body' or a 'MediaUrl'"),
    21603: (400, "A 'From' phone number or a 'MessagingServiceSid' is required"),
    21604: (400, "A 'To' phone number is required"),
    21606: (400, "The 'From' phone number is not one of this account that can send messages"),
    21608: (400, "A trial account cannot send to numbers that are not verified"),
    21609: (400, "Invalid 'StatusCallback' URL"),
    21610: (400, "The recipient has opted out of messages from this number"),
    21611: (400, "The queue of this 'From' number is full"),
    21612: (400, "The 'To' number cannot be reached from this 'From' number"),
    21614: (400, "The 'To' number is not a mobile number"),
    21617: (400, "The message body is longer than 1600 characters"),
    21620: (400, "Invalid 'MediaUrl'"),
    21623: (400, "At most ten media files can be sent"),
    21626: (400, "'StatusCallbackEvent' must be some of initiated, ringing, answered and completed"),
    21635: (400, "The 'To' number is a landline"),
    21701: (400, "The messaging service does not exist"),
    21704: (400, "The messaging service has no number to send from"),
    30400: (400, "A message body can only be made empty, once the message is finished"),
    30409: (400, "Only a scheduled message can be canceled"),
    35111: (400, "'SendAt' is missing"),
    35114: (400, "'SendAt' must be a moment in UTC such as 2026-11-23T16:00:00Z"),
    35115: (400, "'SendAt' must be at most 35 days ahead"),
    35117: (400, "'SendAt' must be at least 5 minutes ahead"),
    35118: (400, "Scheduling needs a 'MessagingServiceSid'"),
    63038: (429, "The account exceeded its limit of messages a day"),
    90007: (400, "'ValidityPeriod' must be a number of seconds from 1 to 36000"),
    90014: (400, "'ValidityPeriod' must be a whole number"),
}


class Refusal(Exception):
    """Twilio would refuse this request, with this code and HTTP status."""

    def __init__(self, code: int, message: str | None = None, *, status: int | None = None) -> None:
        known_status, known_message = _KNOWN.get(code, (400, "The message was refused"))
        self.code = code
        self.status = status or known_status
        self.message = message or known_message
        super().__init__(f"{self.code} {self.message}")

    def envelope(self) -> dict[str, object]:
        """The JSON body of the refusal."""
        more_info = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": self.message, "more_info": more_info, "status": self.status}
