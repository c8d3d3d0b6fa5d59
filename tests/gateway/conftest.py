"""A gateway with its door open, and Twilio in front of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from checkback.assembly.settings import Settings, load_settings
from checkback.care.runtime import Runtime
from checkback.gateway import make_app
from tests.assembly.serving import served
from tests.gateway.calling import ACCOUNT, NEXT_TOKEN, PUBLIC, TOKEN, Twilio


@pytest.fixture
def settings(tmp_path) -> Settings:
    return load_settings(
        {
            "CHECKBACK_MODE": "demo",
            "CHECKBACK_VAR": str(tmp_path),
            "CHECKBACK_PUBLIC_URL": PUBLIC,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_AUTH_TOKEN_NEXT": NEXT_TOKEN,
        }
    )


@pytest.fixture
def twilio(rt: Runtime, settings: Settings) -> Iterator[Twilio]:
    with served(make_app(rt, settings)) as door:
        yield Twilio(door)
