"""Which adapter stands behind which port: the one place that names them all."""

from __future__ import annotations

from pathlib import Path

from checkback.adapters.clock import MovableClock, RealClock
from checkback.adapters.deaf import Deaf
from checkback.adapters.email import SmtpMailer
from checkback.adapters.faults import ScriptedPoints
from checkback.adapters.journal import DiskJournal
from checkback.adapters.rasa import RasaAssistant
from checkback.adapters.twilio import TwilioCaller, TwilioCarrier
from checkback.adapters.twilio_lookup import TwilioLookup
from checkback.assembly.settings import Settings
from checkback.assembly.timed_screen import TimedScreen
from checkback.care.points import NoFaults, Points
from checkback.care.ports import Caller, Clock, Screen
from checkback.care.program import OptOutWords, load_private_words
from checkback.care.program.reporting import Hotlines
from checkback.care.program.retention import load_retention
from checkback.care.runtime import Runtime
from checkback.care.store import Store
from checkback.care.wording import AnswerTable, Wording

#: What a clinical lead reviews; it lies beside the package, where people look for it.
PROGRAM = Path(__file__).parent.parent.parent / "program"


def make_runtime(settings: Settings, *, hears: bool = False) -> Runtime:
    """One process's view of the house.

    Args:
        hears: load the distress screen. Only the gateway receives texts; elsewhere a text would count as unscreened,
            which tells a person, so that no process can let one pass unheard.

    Raises:
        ProgramError: a file of `program/` is missing or malformed.
    """
    points = make_points(settings)
    return Runtime(
        store=make_store(settings, points),
        clock=make_clock(settings),
        carrier=TwilioCarrier(settings.twilio_account, settings.senders, settings.public_url, points),
        lookup=TwilioLookup(settings.twilio_account, points),
        assistant=RasaAssistant(settings.assistant_url, settings.assistant_token.get_secret_value(), points),
        screen=_screen(hears=hears),
        wording=Wording.load(PROGRAM / "wording"),
        answers=AnswerTable.load(PROGRAM / "answers.yml"),
        opt_out_words=OptOutWords.load(PROGRAM / "opt-out-words.yml"),
        private_words=load_private_words(PROGRAM / "private-words.yml"),
        senders=settings.senders,
        console_url=settings.console_url,
        points=points,
        journal=DiskJournal(settings.var / ("demo/journal" if settings.is_demo else "journal"), settings.keyring),
        on_call_number=settings.on_call_number,
        pace=settings.pace,
        caller=_caller(settings, points),
        mailer=SmtpMailer(settings.smtp_url, settings.mail_from) if settings.smtp_url and settings.mail_from else None,
        calls_on_call_number=settings.call_on_call_number,
        family_calls_to=settings.family_calls_to,
        hotlines=Hotlines.load(PROGRAM / "reporting.yml"),
        retention=load_retention(PROGRAM / "retention.yml"),
    )


def _caller(settings: Settings, points: Points) -> Caller | None:
    if not settings.voice:
        return None
    return TwilioCaller(settings.twilio_account, settings.alert_sender, settings.public_url, points)


def make_store(settings: Settings, points: Points | None = None) -> Store:
    """The database of these settings, opened but not looked at."""
    return Store(
        settings.database_url,
        keyring=settings.keyring,
        clock=make_clock(settings),
        points=points or NoFaults(),
        pool_size=settings.pool_size,
    )


def make_clock(settings: Settings) -> Clock:
    """The real time; in a demo, the time all its processes share."""
    return MovableClock(settings.clock_file) if settings.clock_file else RealClock()


def make_points(settings: Settings) -> Points:
    """Nothing happens at the points of a house in use."""
    return ScriptedPoints(settings.faults) if settings.faults else NoFaults()


def _screen(*, hears: bool) -> Screen:
    if not hears:
        return Deaf()
    # Imported here: it takes seconds and memory that the other processes need not spend.
    from checkback.adapters.distress import PatternScreen  # noqa: PLC0415

    return TimedScreen(PatternScreen.loaded())
