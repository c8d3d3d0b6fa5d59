"""Whatever comes from outside, each parser has an answer: what it read, or its own refusal, and nothing else."""

from __future__ import annotations

import json
import re
import string
from datetime import UTC, datetime, timedelta
from urllib.parse import quote_plus, urlsplit

from hypothesis import example, given, settings
from hypothesis import strategies as st

from checkback.adapters.twilio_webhooks import Signatures, read_form
from checkback.care.errors import InvalidPhone
from checkback.care.program import OptOutWords
from checkback.care.rules import commands, keywords, tidying
from checkback.care.rules.listings import Departure, Schedule
from checkback.care.rules.nearness import reach_of, spot, spot_named
from checkback.care.rules.opening_words import hours_in_words, open_hours_in_words, opens_in_words
from checkback.care.rules.openings import opening
from checkback.care.rules.phones import e164
from checkback.care.rules.writers import writer
from checkback.care.terms import Language
from checkback.gateway.webhooks import Malformed, MediaHost, delivery_report, received_text
from tests.conftest import PROGRAM
from tests.gateway.calling import ACCOUNT, INBOUND, PUBLIC, SID

UNHURRIED = settings(deadline=None)  # a busy machine is no finding
SIGNATURES = Signatures(["a-token-of-nobody", "and-the-next"], PUBLIC)
HOST = MediaHost("https://api.twilio.com", ACCOUNT)
OPT_OUTS = OptOutWords.load(PROGRAM / "opt-out-words.yml")
MOMENTS = st.datetimes(datetime(1990, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is added
CLOCK_TIME = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59))
FIELDS = st.sampled_from([*INBOUND, "OptOutType", "ErrorCode", "MessageStatus", "MediaUrl0", "MediaUrl9", "Surprise"])
FORMISH = st.text(st.sampled_from("abAB12%+&=;é\x00\ud800 \n"), max_size=60)


@UNHURRIED
@given(st.binary(max_size=400) | FORMISH.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_a_form_is_read_or_refused(raw):
    try:
        fields = read_form(raw)
    except ValueError:
        return
    assert read_form("&".join(f"{quote_plus(n)}={quote_plus(v)}" for n, v in fields).encode()) == fields


@UNHURRIED
@given(
    st.text(max_size=60),
    st.binary(max_size=60),
    st.binary(max_size=200),
    st.none() | st.text(max_size=80) | st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")),
)
@example("/twilio/inbound", b"", b"a=1", "\ud800")
@example("//[", b"\xff", b"a=1", "")
def test_nobody_guesses_a_signature_and_nothing_makes_the_check_fall_over(path, query, raw, header):
    assert SIGNATURES.is_signed(path, query, raw, header) is False


@UNHURRIED
@given(st.dictionaries(FIELDS, st.text(max_size=80), max_size=20), st.booleans())
@example({**INBOUND, "NumMedia": "١"}, True)
@example({**INBOUND, "NumMedia": "2", "MediaUrl0": "https://[", "MediaUrl1": "//"}, True)
def test_a_signed_form_is_a_text_or_malformed(form, whole):
    form = {**INBOUND, **form} if whole else form
    try:
        text = received_text(form, HOST)
    except Malformed as error:
        assert str(error) in ("MessageSid", "From", "To"), "the message names a field and holds no value"
        return
    assert 0 <= text.media_count <= 10
    assert len(text.from_number) <= 64
    assert "\x00" not in text.body + text.from_number + text.to_number
    assert all(HOST.is_at(each["url"]) for each in json.loads(text.media or "[]"))


@UNHURRIED
@given(st.dictionaries(FIELDS, st.text(max_size=80), max_size=20), st.none() | st.text(max_size=60))
def test_a_signed_report_is_a_report_or_malformed(form, message):
    try:
        report = delivery_report({"MessageSid": SID, "MessageStatus": "sent", **form}, message)
    except Malformed as error:
        assert str(error) in ("MessageSid", "MessageStatus")
        return
    assert report.error_code is None or 0 <= report.error_code <= 999_999


BELOW = f"/2010-04-01/Accounts/{ACCOUNT}/"
PIECES = [*"/\\@:.#?%[]ac1 ", "https://", "http://", "api.", "twilio.com", "..", "api.twilio.com", BELOW]
ADDRESSISH = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


@UNHURRIED
@given(ADDRESSISH | ADDRESSISH.map(lambda end: f"https://api.twilio.com{BELOW}{end}"))
def test_an_address_that_is_taken_for_the_carriers_is_the_carriers(address):
    if HOST.is_at(address):
        parts = urlsplit(address)
        assert (parts.scheme, parts.username, parts.port) == ("https", None, None)
        assert str(parts.hostname).endswith(".twilio.com")


NUMBERISH = st.text(st.sampled_from(string.digits + "+()-. xext,;*#" + "０１２" + "\u202e\x00"), max_size=24)


@UNHURRIED
@given(NUMBERISH | st.text(max_size=40), st.sampled_from(["US", "MX", "HT", "ZZ", ""]))
def test_a_number_has_one_form_or_is_none(written, region):
    try:
        number = e164(written, region)
    except InvalidPhone:
        return
    assert number[0] == "+"
    assert number[1:].isascii()
    assert number[1:].isdigit()
    assert e164(number, region) == number


@UNHURRIED
@given(st.sampled_from(["", "whatsapp:", "RCS:", "sms:", "rcs:whatsapp:"]), NUMBERISH | st.text(max_size=40))
def test_a_writer_is_somebody_and_only_a_whole_number_is_texted(channel, rest):
    found = writer(channel + rest)
    if found.can_be_texted:
        assert found.number == (channel + rest).strip()
        assert found.number.startswith("+")


@UNHURRIED
@given(st.text(max_size=200))
@example("İSTOP")
@example("ﬁn\u0345")
def test_folding_is_done_once_and_words_mean_the_same_folded(text):
    folded = keywords.folded(text)
    assert keywords.folded(folded) == folded
    assert OPT_OUTS.say(text) == OPT_OUTS.say(folded)
    assert OPT_OUTS.say(text) or not keywords.stops(text), "what the carrier stops for is an opt-out to us"
    assert isinstance(keywords.starts(text, blocked=True), bool)


COMMANDISH = st.lists(
    st.sampled_from([*commands._OUTCOMES, *commands._ACKNOWLEDGE, "pass", "12", "e12", "999999", "9" * 30, "in", "min"])
    | st.text(max_size=8)
).map(" ".join)


@UNHURRIED
@given(COMMANDISH | st.text(max_size=200))
def test_a_command_is_whole_or_none(text):
    command = commands.parse(text)
    if command is None:
        return
    assert command.number is None or 0 <= command.number <= 999_999
    assert command.minutes is None or 0 <= command.minutes <= 240
    if command.verb is commands.Verb.RESOLVE:
        assert command.number is not None, "what ends an escalation names it"
        assert command.outcome is not None


DAYS = st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), max_size=7).map(",".join)
SCHEDULES = st.lists(
    st.builds(
        Schedule,
        CLOCK_TIME,
        CLOCK_TIME | st.just("24:00"),
        DAYS,
        freq=st.sampled_from(["WEEKLY", "DAILY", "MONTHLY"]),
        interval=st.integers(0, 3),
        bymonthday=st.sampled_from(["", "1", "31", "-1"]),
        dtstart=st.sampled_from(["", "2026-03-08", "2027-01-01"]),
        valid_from=st.sampled_from(["", "2026-01-01"]),
        valid_to=st.sampled_from(["", "2026-12-31"]),
        departure=st.sampled_from(Departure),
    ),
    max_size=5,
).map(tuple)
ZONES = st.sampled_from(["America/Chicago", "America/St_Johns", "Pacific/Auckland", "UTC"])


@UNHURRIED
@given(SCHEDULES, ZONES, MOMENTS)
def test_open_means_open_until_then_and_shut_means_shut_until_then(schedules, zone, now):
    state = opening(schedules, zone, now)
    assert not (state.is_open and not state.is_known)
    if state.is_open and state.until:
        assert state.until > now
        assert not opening(schedules, zone, state.until).is_open
        assert opening(schedules, zone, state.until - timedelta(seconds=1)).is_open
    if state.opens:
        assert state.opens > now
        assert opening(schedules, zone, state.opens).is_open


@UNHURRIED
@given(SCHEDULES, st.sampled_from(Language), MOMENTS)
def test_a_week_can_be_said_whatever_it_is(schedules, language, now):
    state = opening(schedules, "America/Chicago", now)
    said = hours_in_words(schedules, language) + opens_in_words(state, language, now)
    assert said and all(char.isprintable() for char in said)
    assert open_hours_in_words(schedules, state, language)


CELL = st.text(max_size=40) | st.sampled_from(
    ["(314) 555-0101 x12", "9-5", "Mon-Fri", "Z", "24:00", "1-800-HELP", "+1"]
)


@UNHURRIED
@given(CELL, CELL)
@example("９:00", "١٢:00")
def test_a_cell_of_a_directory_is_understood_or_not_and_nothing_falls_over(cell, other):
    number = tidying.phone(cell, other)
    assert number is None or re.fullmatch(r"\d{3}|\d{3}-\d{3}-\d{4}( ext\. \d{1,8})?", number)
    times = tidying.hours(cell, other)
    assert times is None or all(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d|24:00", each) for each in times)
    days = tidying.days(cell)
    assert days is None or days
    assert tidying.status(cell) in ("active", "inactive", "defunct", "temporarily closed")
    assert all(re.fullmatch("[a-z]{2,3}", code) for code in tidying.languages([cell, other]))
    assert len(tidying.blurb(cell, 20)) <= 20
    reach_of(cell, ["MO"])
    spot_named(cell, spot("63106"))
