"""Twilio's webhooks and nothing else: public, signed, no cookies, no templates, never calls out."""

from checkback.gateway.app import make_app

__all__ = ["make_app"]
