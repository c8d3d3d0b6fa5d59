"""The custom actions: each reads the latest text and utters the directive that follows from it."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.needs import needs_meant, place_in, place_meant
from actions.times import later_moment_in, moment_in
from bot import directives

Events = list[dict[str, Any]]

NOT_SAID = "None"


def _latest(tracker: Tracker) -> str:
    return str(tracker.latest_message.get("text") or "")


def _told(tracker: Tracker, name: str) -> str | None:
    """What the channel told with the latest text; None for what it left open."""
    value = tracker.get_slot(name)
    return None if value in (None, NOT_SAID) else str(value)


class OfferResources(Action):
    """One directive for each need the text names; where no word names one, for the need it was understood to mean."""

    def name(self) -> str:
        return "action_offer_resources"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        text = _latest(tracker)
        place = place_in(text)
        for need in needs_meant(text, understood=_told(tracker, "need_meant")):
            dispatcher.utter_message(json_message=directives.block(directives.OfferResources(need, place)))
        return []


class RequestCallback(Action):
    """A person shall call, at the time the text names if it names one."""

    def name(self) -> str:
        return "action_request_callback"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        when = moment_in(_latest(tracker))
        dispatcher.utter_message(json_message=directives.block(directives.RequestCallback(when)))
        return []


class PauseTexts(Action):
    """No texts until the time the text names if it names one."""

    def name(self) -> str:
        return "action_pause_texts"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        until = later_moment_in(_latest(tracker))
        dispatcher.utter_message(json_message=directives.block(directives.PauseTexts(until)))
        return []


class LookNear(Action):
    """They named a place: what they asked for last is looked for near it."""

    def name(self) -> str:
        return "action_look_near"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        near = directives.ContinueHelp("near", place_meant(_latest(tracker)))
        dispatcher.utter_message(json_message=directives.block(near))
        return []


class AskLater(Action):
    """Not now: ask again at the time the text names if it names one."""

    def name(self) -> str:
        return "action_ask_later"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        later = directives.AskLater(later_moment_in(_latest(tracker)))
        dispatcher.utter_message(json_message=directives.block(later))
        return []
