"""What the house is told by its environment, checked as a whole before anything starts."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from checkback.adapters.faults import read_script
from checkback.adapters.outside import is_loopback
from checkback.adapters.twilio_http import API, TwilioAccount
from checkback.assembly import closed
from checkback.assembly.demo_secrets import DemoSecretsUnusable, demo_secrets
from checkback.care.errors import InvalidPhone
from checkback.care.model.sealing import Keyring
from checkback.care.rules.phones import e164
from checkback.care.terms import Sender

PREFIX = "CHECKBACK_"
HEALTH_OFFSET = 1000


class SettingsError(Exception):
    """The environment cannot be taken as it is; the message is one line naming each variable and its mend."""


class Mode(StrEnum):
    """A house in use, or one that shows itself with a pretend carrier."""

    LIVE = "live"
    DEMO = "demo"


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("write an address such as https://checkback.example.org")
    return value.rstrip("/")


def _guarded_url(value: str) -> str:
    if urlsplit(_url(value)).scheme != "https" and not is_loopback(value):
        raise ValueError("write an https address; plain http is for this machine only")
    return value.rstrip("/")


def _issuer(value: str | None) -> str | None:
    return _guarded_url(value) if value is not None else None


def _number(value: str) -> str:
    try:
        return e164(value)
    except InvalidPhone:
        raise ValueError("write a number such as +13145550100") from None


def _secret(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < _SHORTEST_SECRET:
        raise ValueError(f"write at least {_SHORTEST_SECRET} random characters")
    return value


def _ring(value: SecretStr) -> SecretStr:
    try:
        Keyring.parse(value.get_secret_value(), value.get_secret_value())
    except ValueError:
        raise ValueError(
            f"write 1:KEY, where KEY is {_KEY_BYTES} random bytes in base64; several are separated by commas, "
            "and the highest id is used for what is new"
        ) from None
    return value


def _assistant_key(value: SecretStr) -> SecretStr:
    try:
        key = base64.b64decode(value.get_secret_value(), validate=True)
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise ValueError(f"write {_KEY_BYTES} random bytes in base64")
    return value


def _smtp(value: str | None) -> str | None:
    if value is not None and urlsplit(value).scheme not in ("smtp", "smtps"):
        raise ValueError("write an address such as smtps://mail.example.org:465")
    return value


def _script(value: str) -> str:
    read_script(value)
    return value


_SHORTEST_SECRET = 16
_KEY_BYTES = 32

Url = Annotated[str, AfterValidator(_url)]
GuardedUrl = Annotated[str, AfterValidator(_guarded_url)]
Number = Annotated[str, AfterValidator(_number)]
Secret = Annotated[SecretStr, AfterValidator(_secret)]
Ring = Annotated[SecretStr, AfterValidator(_ring)]
#: Segments a second; no sender of Twilio's has more than some hundreds.
Rate = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
Port = Annotated[int, Field(ge=1, le=65535 - HEALTH_OFFSET)]


class Settings(BaseSettings):
    """Every setting, checked. Made by `load_settings`; secrets show as stars."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore")

    mode: Mode
    var: Annotated[Path, AfterValidator(Path.absolute)]
    database_url: Annotated[str, Field(repr=False)]
    pool_size: Annotated[int, Field(ge=1, le=64)] = 8

    public_url: GuardedUrl
    console_url: GuardedUrl
    family_sender: Number
    alert_sender: Number
    canary_sender: Number | None = None
    """A third number of ours: once an hour it texts the family line, which answers; one that is missing pages."""
    on_call_number: Number
    family_rate: Rate = 1.0
    alert_rate: Rate = 1.0

    assistant_url: Url
    assistant_token: Secret
    assistant_key: Annotated[SecretStr, AfterValidator(_assistant_key)]
    assistant_database: Annotated[str, Field(repr=False)]
    actions_url: Url
    actions_token: Secret

    secret_key: Ring
    index_key: Ring
    session_key: Secret
    api_token: Secret
    smtp_url: Annotated[str | None, AfterValidator(_smtp), Field(repr=False)] = None
    mail_from: Annotated[str | None, Field(pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$")] = None
    voice: bool = False
    """Staff may be called, which costs by the minute."""
    call_on_call_number: bool = False
    """The on-call number is called too, beside the text."""
    oidc_issuer: Annotated[str | None, AfterValidator(_issuer)] = None
    """Whoever signs staff in for us, as its tokens name it."""
    oidc_client_id: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    oidc_client_secret: Annotated[SecretStr | None, Field(min_length=8)] = None
    oidc_name: Annotated[str, Field(min_length=1, max_length=60)] = "OpenID Connect"
    """What staff call it; stands on the sign-in page."""
    second_factor: bool = True
    """Who signs in with a password must show a second factor."""
    family_calls_to: Number | None = None
    """Who answers when a family calls the number we text from; left out, they hear that a person will call back."""
    heartbeat_url: Annotated[GuardedUrl | None, Field(repr=False)] = None
    """Pinged while every escalation moves; whoever listens there tells a person when it stays silent."""

    twilio_account_sid: Annotated[str, Field(validation_alias="TWILIO_ACCOUNT_SID", pattern=r"^AC[0-9a-fA-F]{32}$")]
    twilio_auth_token: Annotated[Secret, Field(validation_alias="TWILIO_AUTH_TOKEN")]
    twilio_auth_token_next: Annotated[Secret | None, Field(validation_alias="TWILIO_AUTH_TOKEN_NEXT")] = None
    twilio_base_url: Annotated[GuardedUrl, Field(validation_alias="TWILIO_BASE_URL")] = API

    clock_file: Path | None = None
    faults: Annotated[str, AfterValidator(_script)] = ""

    gateway_port: Port = 8000
    console_port: Port = 8001
    simulator_port: Port = 8002
    worker_port: Port = 8003
    scheduler_port: Port = 8004
    assistant_port: Port = 5005
    actions_port: Port = 5055

    @property
    def is_demo(self) -> bool:
        return self.mode is Mode.DEMO

    @property
    def keyring(self) -> Keyring:
        """The keys that seal and find what is kept."""
        return Keyring.parse(self.secret_key.get_secret_value(), self.index_key.get_secret_value())

    @property
    def senders(self) -> Mapping[Sender, str]:
        """Our own numbers, by what they are for."""
        canary = {Sender.CANARY: self.canary_sender} if self.canary_sender else {}
        return {Sender.FAMILY: self.family_sender, Sender.ALERT: self.alert_sender, **canary}

    @property
    def pace(self) -> Mapping[Sender, float]:
        """How many segments a second each of our numbers may send."""
        return {Sender.FAMILY: self.family_rate, Sender.ALERT: self.alert_rate}

    @property
    def twilio_account(self) -> TwilioAccount:
        return TwilioAccount(self.twilio_account_sid, self.twilio_auth_token.get_secret_value(), self.twilio_base_url)

    @property
    def signing_tokens(self) -> Sequence[str]:
        """The tokens a webhook may be signed with: two while one is being replaced."""
        both = (self.twilio_auth_token, self.twilio_auth_token_next)
        return [token.get_secret_value() for token in both if token is not None]

    def health_port(self, process: str) -> int:
        """Where this process tells of its health, e.g. `worker` on 9003."""
        return int(getattr(self, f"{process}_port")) + HEALTH_OFFSET

    def assistant_environment(self) -> Mapping[str, str]:
        """What the assistant and its action server, in their own environment, are told: nothing but their own."""
        return {
            "CHECKBACK_ASSISTANT_PORT": str(self.assistant_port),
            "CHECKBACK_ASSISTANT_TOKEN": self.assistant_token.get_secret_value(),
            "CHECKBACK_ASSISTANT_KEY": self.assistant_key.get_secret_value(),
            "CHECKBACK_ASSISTANT_DATABASE": self.assistant_database,
            "CHECKBACK_ACTIONS_PORT": str(self.actions_port),
            "CHECKBACK_ACTIONS_URL": self.actions_url,
            "CHECKBACK_ACTIONS_TOKEN": self.actions_token.get_secret_value(),
        }

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if set(self.keyring.sealing.values()) & set(self.keyring.indexing.values()):
            raise ValueError("CHECKBACK_INDEX_KEY: must hold other keys than CHECKBACK_SECRET_KEY")
        if self.family_sender == self.alert_sender:
            raise ValueError("CHECKBACK_ALERT_SENDER: must be another number than CHECKBACK_FAMILY_SENDER")
        if self.canary_sender in (self.family_sender, self.alert_sender, self.on_call_number):
            raise ValueError("CHECKBACK_CANARY_SENDER: must be a number of its own, which texts nobody else")
        if self.smtp_url is not None and self.mail_from is None:
            raise ValueError("CHECKBACK_MAIL_FROM: set it to the address that e-mails to staff come from")
        if self.oidc_issuer is not None and (self.oidc_client_id is None or self.oidc_client_secret is None):
            raise ValueError(
                "CHECKBACK_OIDC_CLIENT_ID: set it and CHECKBACK_OIDC_CLIENT_SECRET as the provider gave them"
            )
        if self.is_demo and not is_loopback(self.twilio_base_url):
            raise ValueError("TWILIO_BASE_URL: a demo texts nobody; leave it out, or name this machine")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # No file, and no environment but the one that load_settings was given.
        return (init_settings,)


def load_settings(env: Mapping[str, str] | None = None) -> Settings:
    """Read the environment (or `env`). A demo makes up what it was not told, its secrets once and for every process.

    Raises:
        SettingsError: something is missing or wrong.
    """
    env = os.environ if env is None else env
    given = _given(env)
    mode = given.get("mode", Mode.LIVE)
    if mode not in set(Mode):
        raise SettingsError("CHECKBACK_MODE: write live or demo")
    defaults = _demo(given) if mode == Mode.DEMO else _live(given)
    try:
        settings = Settings(**{**defaults, **given, "mode": mode})
    except ValidationError as error:
        raise SettingsError("; ".join(sorted({_problem(each) for each in error.errors()}))) from None
    left_open = [] if settings.is_demo else _left_open(settings, env)
    if left_open:
        raise SettingsError("; ".join(left_open))
    return settings


def _left_open(settings: Settings, env: Mapping[str, str]) -> Sequence[str]:
    """What a house in use does not start with, a problem each."""
    found = {
        "TWILIO_BASE_URL": closed.pretended_carrier(settings.twilio_base_url),
        "CHECKBACK_PUBLIC_URL": closed.open_line(settings.public_url),
        "CHECKBACK_CONSOLE_URL": closed.open_line(settings.console_url),
        "CHECKBACK_ASSISTANT_KEY": closed.guessed_key(base64.b64decode(settings.assistant_key.get_secret_value())),
        "CHECKBACK_SECRET_KEY": _guessed(settings.keyring.sealing.values()),
        "CHECKBACK_INDEX_KEY": _guessed(settings.keyring.indexing.values()),
    }
    secrets = {_variable(field): getattr(settings, field).get_secret_value() for field in _SECRETS}
    found |= {name: closed.guessed_secret(secret) for name, secret in secrets.items()}
    found |= {name: f"is {other} again; make one of its own" for name, other in closed.shared_secrets(secrets)}
    for field in ("database_url", "assistant_database"):
        url = urlsplit(getattr(settings, field))
        if url.scheme.partition("+")[0] == "sqlite":
            found[_variable(field)] = closed.network_disk(Path(url.path.removeprefix("/")))
    if "CREDENTIALS_DIRECTORY" in env:  # systemd puts there what LoadCredential= names
        found["CREDENTIALS_DIRECTORY"] = closed.readable_by_others(Path(env["CREDENTIALS_DIRECTORY"]) / "secrets")
    return [f"{name}: {problem}" for name, problem in found.items() if problem]


def _guessed(keys: Iterable[bytes]) -> str | None:
    return next(filter(None, map(closed.guessed_key, keys)), None)


_SECRETS = ("session_key", "api_token", "assistant_token", "actions_token")


def _given(env: Mapping[str, str]) -> dict[str, Any]:
    source = EnvSettingsSource(Settings)
    source.env_vars = {name.lower(): value.strip() for name, value in env.items() if value.strip()}
    return source()


def _live(given: Mapping[str, Any]) -> dict[str, Any]:
    demo_only = [_variable(field) for field in ("clock_file", "faults") if field in given]
    if demo_only:
        raise SettingsError(f"{', '.join(demo_only)}: for CHECKBACK_MODE=demo only; leave out")
    var = Path(given.get("var", "var")).absolute()
    return {"var": var, **_databases(var)}


def _databases(home: Path) -> dict[str, str]:
    return {
        "database_url": f"sqlite:///{home / 'checkback.db'}",
        "assistant_database": f"sqlite:///{home / 'assistant.sqlite3'}",
    }


def _demo(given: Mapping[str, Any]) -> dict[str, Any]:
    var = Path(given.get("var", "var")).absolute()
    home = var / "demo"
    try:
        kept = demo_secrets(home / "secrets.json")
    except DemoSecretsUnusable as error:
        raise SettingsError(f"CHECKBACK_VAR: {error}") from None
    here = {field: f"http://127.0.0.1:{given.get(port, default)}" for field, port, default in _HERE}
    return {
        "second_factor": False,
        **kept,
        **here,
        **_databases(home),
        "var": var,
        "actions_url": f"http://127.0.0.1:{given.get('actions_port', 5055)}/webhook",
        "clock_file": home / "clock.json",
        **_DEMO_NUMBERS,
    }


_HERE = (
    ("public_url", "gateway_port", 8000),
    ("console_url", "console_port", 8001),
    ("TWILIO_BASE_URL", "simulator_port", 8002),
    ("assistant_url", "assistant_port", 5005),
)
# Numbers kept for fiction.
_DEMO_NUMBERS = {"family_sender": "+13145550100", "alert_sender": "+13145550199", "on_call_number": "+13145550190"}


_MISSING = {
    "public_url": "the https address where Twilio reaches the gateway",
    "console_url": "the https address where staff sign in",
    "family_sender": "the number that texts families, e.g. +13145550100",
    "alert_sender": "the number that texts staff, another than families see",
    "on_call_number": "the number told when no member of staff can be found",
    "assistant_url": "where the assistant listens, e.g. http://127.0.0.1:5005",
    "actions_url": "where the action server listens, e.g. http://127.0.0.1:5055/webhook",
    "secret_key": "1:KEY, where KEY is 32 random bytes in base64",
    "index_key": "1:KEY, where KEY is 32 random bytes in base64, others than in CHECKBACK_SECRET_KEY",
    "assistant_key": "32 random bytes in base64",
    "TWILIO_ACCOUNT_SID": "the account, AC and 32 hexadecimal digits",
    "TWILIO_AUTH_TOKEN": "the account's primary auth token",
}


def _problem(error: ErrorDetails) -> str:
    """One problem, by the variable's name; never with the value that was given."""
    if not error["loc"]:
        return str(error["msg"]).removeprefix("Value error, ")
    field = str(error["loc"][0])
    if error["type"] == "missing":
        return f"{_variable(field)} is missing: set it to {_MISSING.get(field, 'a long random text')}"
    mend = str(error["msg"]).removeprefix("Value error, ")
    return f"{_variable(field)} is wrong: {mend[:1].lower()}{mend[1:]}"


def _variable(field: str) -> str:
    return field.upper() if field.upper().startswith("TWILIO_") else PREFIX + field.upper()
