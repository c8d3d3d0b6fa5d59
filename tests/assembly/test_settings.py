"""What the house is told: taken whole, or refused in one line that names each variable and its mend."""

from __future__ import annotations

import base64
import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from checkback.assembly.settings import Mode, SettingsError, load_settings
from checkback.care.terms import Sender

KEY, OTHER_KEY = (f"1:{base64.b64encode(bytes(range(first, first + 32))).decode()}" for first in (0, 32))
ASSISTANT_KEY = base64.b64encode(bytes(range(64, 96))).decode()
ACCOUNT = "AC" + "0" * 32
LIVE = {
    "CHECKBACK_PUBLIC_URL": "https://gate.example.org/",
    "CHECKBACK_CONSOLE_URL": "https://console.example.org",
    "CHECKBACK_FAMILY_SENDER": "+13145550100",
    "CHECKBACK_ALERT_SENDER": "(314) 555-0199",
    "CHECKBACK_ON_CALL_NUMBER": "+13145550190",
    "CHECKBACK_ASSISTANT_URL": "http://assistant:5005",
    "CHECKBACK_ASSISTANT_TOKEN": "a-token-of-nobody-1",
    "CHECKBACK_ASSISTANT_KEY": ASSISTANT_KEY,
    "CHECKBACK_ACTIONS_URL": "http://127.0.0.1:5055/webhook",
    "CHECKBACK_ACTIONS_TOKEN": "a-token-of-nobody-2",
    "CHECKBACK_SECRET_KEY": KEY,
    "CHECKBACK_INDEX_KEY": OTHER_KEY,
    "CHECKBACK_SESSION_KEY": "a-token-of-nobody-3",
    "CHECKBACK_API_TOKEN": "a-token-of-nobody-4",
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": "a-token-of-nobody-5",
}


def refused(env: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as error:
        load_settings(env)
    line = str(error.value)
    assert "\n" not in line
    return line


def demo(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"CHECKBACK_MODE": "demo", "CHECKBACK_VAR": str(tmp_path), **more}


# Live


def test_a_house_in_use_is_told_everything():
    settings = load_settings(LIVE)
    assert settings.mode is Mode.LIVE
    assert settings.public_url == "https://gate.example.org"
    assert settings.senders == {Sender.FAMILY: "+13145550100", Sender.ALERT: "+13145550199"}
    assert settings.database_url == f"sqlite:///{Path('var/checkback.db').absolute()}"
    assert settings.twilio_account.base_url == "https://api.twilio.com"
    assert settings.signing_tokens == ["a-token-of-nobody-5"]
    assert settings.keyring.index_version == 1
    assert settings.health_port("worker") == 9003
    assert settings.clock_file is None


def test_both_tokens_sign_while_one_replaces_the_other():
    settings = load_settings({**LIVE, "TWILIO_AUTH_TOKEN_NEXT": "a-token-of-nobody-6"})
    assert settings.signing_tokens == ["a-token-of-nobody-5", "a-token-of-nobody-6"]


@pytest.mark.parametrize("missing", sorted(LIVE))
@pytest.mark.parametrize("value", [None, "", "  "], ids=["absent", "empty", "blank"])
def test_each_missing_variable_is_named(missing, value):
    env = {name: given for name, given in LIVE.items() if name != missing} | ({} if value is None else {missing: value})
    line = refused(env)
    assert line.startswith(f"{missing} is missing: set it to ")


def test_everything_that_is_missing_is_said_at_once():
    line = refused({})
    assert all(name in line for name in LIVE)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CHECKBACK_PUBLIC_URL", "http://gate.example.org"),
        ("CHECKBACK_PUBLIC_URL", "https://gate.example.org/?a=b"),
        ("CHECKBACK_CONSOLE_URL", "ftp://gate.example.org"),
        ("CHECKBACK_FAMILY_SENDER", "0777"),
        ("CHECKBACK_ALERT_SENDER", "+1 314 555 0100"),
        ("CHECKBACK_CANARY_SENDER", "+1 314 555 0100"),
        ("CHECKBACK_ASSISTANT_URL", "assistant:5005"),
        ("CHECKBACK_ASSISTANT_TOKEN", "short"),
        ("CHECKBACK_ASSISTANT_KEY", "A" * 40),
        ("CHECKBACK_SECRET_KEY", "A" * 43 + "="),
        ("CHECKBACK_INDEX_KEY", KEY),
        ("CHECKBACK_SMTP_URL", "post.example.org"),
        ("CHECKBACK_WORKER_PORT", "eighty"),
        ("CHECKBACK_WORKER_PORT", "65000"),
        ("CHECKBACK_POOL_SIZE", "0"),
        ("TWILIO_ACCOUNT_SID", "SK" + "0" * 32),
        ("TWILIO_AUTH_TOKEN_NEXT", "short"),
        ("TWILIO_BASE_URL", "http://api.example.org"),
        ("CHECKBACK_FAULTS", "carrier.send.before=crash"),
        ("CHECKBACK_CLOCK_FILE", "var/clock.json"),
        ("CHECKBACK_MODE", "production"),
    ],
)
def test_a_wrong_variable_is_named_and_its_value_is_not_shown(variable, value):
    line = refused({**LIVE, variable: value})
    assert variable in line
    assert value not in line


def test_no_secret_is_shown():
    settings = load_settings(
        {
            **LIVE,
            "CHECKBACK_DATABASE_URL": "postgresql://u:pass-word@h/d",
            "CHECKBACK_SMTP_URL": "smtp://u:pass-word@h",
            "CHECKBACK_MAIL_FROM": "a@h",
        }
    )
    shown = f"{settings!r} {settings} {settings.twilio_account!r} {settings.keyring!r}"
    for secret in ("a-token-of-nobody", KEY[2:], OTHER_KEY[2:], ASSISTANT_KEY, "pass-word"):
        assert secret not in shown


def test_the_assistant_is_told_its_own_secrets_and_no_other():
    told = load_settings(LIVE).assistant_environment()
    assert told["CHECKBACK_ASSISTANT_TOKEN"] == "a-token-of-nobody-1"
    others = {KEY, OTHER_KEY, "a-token-of-nobody-3", "a-token-of-nobody-4", "a-token-of-nobody-5"}
    assert not others & set(told.values())


def test_a_file_named_env_is_not_read(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("\n".join(f"{name}={value}" for name, value in LIVE.items()))
    monkeypatch.chdir(tmp_path)
    assert "CHECKBACK_PUBLIC_URL is missing" in refused({})


# Demo


def test_a_demonstration_needs_to_be_told_nothing(tmp_path):
    settings = load_settings(demo(tmp_path, CHECKBACK_SIMULATOR_PORT="9102", CHECKBACK_GATEWAY_PORT="9100"))
    assert settings.is_demo
    assert settings.public_url == "http://127.0.0.1:9100"
    assert settings.twilio_account.base_url == "http://127.0.0.1:9102"
    assert settings.clock_file == tmp_path / "demo" / "clock.json"
    assert settings.database_url == f"sqlite:///{tmp_path}/demo/checkback.db"
    assert settings.on_call_number == "+13145550190"


def test_a_demonstration_never_reaches_twilio(tmp_path):
    assert "TWILIO_BASE_URL" in refused(demo(tmp_path, TWILIO_BASE_URL="https://api.twilio.com"))


def test_a_demonstration_may_be_told_where_to_fail(tmp_path):
    assert load_settings(demo(tmp_path, CHECKBACK_FAULTS="a.b=crash")).faults == "a.b=crash"
    assert "CHECKBACK_FAULTS" in refused(demo(tmp_path, CHECKBACK_FAULTS="a.b=explode"))


def test_its_secrets_are_made_once_and_only_its_owner_reads_them(tmp_path):
    first, second = load_settings(demo(tmp_path)), load_settings(demo(tmp_path))
    assert first == second
    file = tmp_path / "demo" / "secrets.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_secret_that_came_to_be_needed_later_is_added_to_the_others(tmp_path):
    before = load_settings(demo(tmp_path))
    file = tmp_path / "demo" / "secrets.json"
    kept = json.loads(file.read_text())
    del kept["api_token"]
    file.write_text(json.dumps(kept))
    after = load_settings(demo(tmp_path))
    assert after.keyring == before.keyring
    assert after.api_token != before.api_token


def test_processes_that_start_at_once_agree_on_the_secrets(tmp_path):
    program = (
        "import sys; from checkback.assembly.settings import load_settings\n"
        f"s = load_settings({demo(tmp_path)!r}); sys.stdout.write(s.api_token.get_secret_value())"
    )
    started = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) for _ in range(6)]
    told = {process.communicate(timeout=60)[0] for process in started}
    assert len(told) == 1
    assert told != {b""}


@pytest.mark.parametrize("garbage", ["", "{", "[]"])
def test_a_damaged_file_of_secrets_is_said_with_its_mend(tmp_path, garbage):
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "secrets.json").write_text(garbage)
    assert "delete it" in refused(demo(tmp_path))


def test_a_folder_that_cannot_be_used_is_said(tmp_path):
    (tmp_path / "demo").write_text("a file stands here")
    assert "CHECKBACK_VAR" in refused(demo(tmp_path))
