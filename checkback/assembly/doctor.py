"""Looking at everything a house stands on, and saying in a line each what is well and what to mend."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import httpx2

from checkback.adapters.passwords import DEMO_PASSWORD, Argon2Passwords
from checkback.adapters.twilio_account import AccountReader
from checkback.assembly.carrier_examined import Expected, Finding, examine_carrier
from checkback.assembly.runtime import PROGRAM, make_runtime, make_store
from checkback.assembly.settings import Settings
from checkback.care.errors import CareError
from checkback.care.flows import plan_versions, rotas, signing_in, staff_ways
from checkback.care.store import history
from checkback.care.wording import AnswerTable, Wording

_SECONDS = 5.0


def examine(settings: Settings) -> Sequence[Finding]:
    """Look at the database, the programme's files, the assistant and the carrier."""
    return [
        _look("settings", lambda: None, "complete"),
        _look("program", _read_program, "every sentence and table is there"),
        _look("screen", _screen, "hears by patterns, by meaning and by words"),
        _look("database", lambda: _database(settings), "reached, and of this version"),
        _look("plans", lambda: _plans(settings), "approved, so that whoever is enrolled gets all of one"),
        _look(
            "on call",
            lambda: _on_call(settings),
            "somebody at every hour of the coming week, and every phone is proven",
        ),
        _look("accounts", lambda: _accounts(settings), "there is an administrator, and nobody has a password all know"),
        _look("assistant", lambda: _assistant(settings), "answers"),
        *_carrier(settings),
    ]


def _look(what: str, look: Callable[[], None], well: str) -> Finding:
    try:
        look()
    except CareError as error:
        return Finding(what, False, str(error))
    except httpx2.HTTPError as error:
        return Finding(what, False, f"not reached ({type(error).__name__}); is it started?")
    return Finding(what, True, well)


def _read_program() -> None:
    Wording.load(PROGRAM / "wording")
    AnswerTable.load(PROGRAM / "answers.yml")


def _screen() -> None:
    # Imported here: it takes a second that other commands need not spend.
    from checkback.adapters.distress import must_have_its_encoder  # noqa: PLC0415

    must_have_its_encoder()


def _database(settings: Settings) -> None:
    store = make_store(settings)
    try:
        history.must_be_current(store)
    finally:
        store.close()


def _plans(settings: Settings) -> None:
    rt = make_runtime(settings)
    try:
        waits = plan_versions.standard_waits(rt)
    finally:
        rt.store.close()
    if waits is not None:
        raise CareError(
            f"{waits}: whoever is enrolled gets the promised check-in and nothing after it; read it with `checkback "
            "rehearse standard …`, then let somebody say `checkback plans approve standard --by LOGIN`"
        )


def _on_call(settings: Settings) -> None:
    rt = make_runtime(settings)
    try:
        gaps = [f"{gap.rota} from {gap.starts_at:%Y-%m-%d %H:%M} UTC" for gap in rotas.gaps(rt)]
        unproven = sorted({line.login for line in staff_ways.ways(rt) if not line.is_proven})
    finally:
        rt.store.close()
    if gaps:
        raise CareError(f"nobody is on call for {'; '.join(gaps[:3])}; see `checkback rotas gaps`")
    if unproven:
        raise CareError(f"no alert goes to {', '.join(unproven)}; `checkback ways prove LOGIN sms`")


def _accounts(settings: Settings) -> None:
    rt = make_runtime(settings)
    try:
        has_admin = signing_in.has_admin(rt)
        known = [] if settings.is_demo else signing_in.with_password(rt, Argon2Passwords(), DEMO_PASSWORD)
    finally:
        rt.store.close()
    if not has_admin:
        raise CareError("nobody can let staff in; `checkback admin create LOGIN --name NAME`")
    if known:
        raise CareError(
            f"{', '.join(known)} of the demonstration with the password all know; it lets nobody in here. "
            "`checkback staff password LOGIN`, or close the account"
        )


def _assistant(settings: Settings) -> None:
    answer = httpx2.get(f"{settings.assistant_url}/webhooks/checkback/", timeout=_SECONDS)
    if not answer.is_success:
        raise CareError(f"is up but not ready (it answers {answer.status_code}); has a model been trained?")


def _carrier(settings: Settings) -> Sequence[Finding]:
    following = settings.twilio_auth_token_next
    expected = Expected(
        settings.senders,
        webhook=f"{settings.public_url}/twilio/inbound",
        next_token=following.get_secret_value() if following else None,
        texts_nobody=settings.is_demo,
    )
    return examine_carrier(AccountReader(settings.twilio_account), expected)
