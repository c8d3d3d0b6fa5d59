"""The codes with which a text ends badly after it was accepted, from https://www.twilio.com/docs/api/errors.

Which of them Twilio tells as `failed`, never sent, and which as `undelivered`, sent in vain, follows their descriptions
there. The wording is ours.
"""

from __future__ import annotations

FAILED = {
    21610: "The recipient has opted out",
    30001: "The sender's queue is full",
    30002: "The account is suspended",
    30022: "More texts than the carriers let this brand or campaign send",
    30023: "The carrier's daily limit for this brand is reached",
    30027: "The carrier's daily limit for this campaign is reached",
    30036: "The text could not be sent within its validity period",
    30450: "Held back to protect against pumping of texts",
    30610: "Held back for the recipient's quiet hours",
}
UNDELIVERED = {
    30003: "The phone is switched off or out of reach",
    30004: "The recipient or the carrier blocks the text",
    30005: "The number is unknown or no longer in service",
    30006: "The number is a landline, or its carrier cannot be reached",
    30007: "The carrier filtered the text",
    30008: "The carrier gave no reason",
    30032: "The toll-free number is not verified",
    30034: "The number is not registered with an A2P 10DLC campaign",
    30410: "The carrier did not answer in time",
}


def delivery_error(code: int | None) -> str | None:
    """What the Message resource says beside its error code."""
    if code is None:
        return None
    return FAILED.get(code) or UNDELIVERED.get(code) or "The text was not delivered"
