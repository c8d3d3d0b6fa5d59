"""A house in use does not start open, and says in one line what to mend; `checkback doctor` says the same."""

from __future__ import annotations

import base64
import subprocess
import sys

import pytest

from checkback.assembly import closed
from checkback.assembly.settings import SettingsError, load_settings
from tests.assembly.test_settings import KEY, LIVE, demo, refused


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8002",
        "https://127.0.0.1:8002",
        "https://api.twilio.com.example.org",
        "https://api-twilio.com",
        "https://example.org/twilio.com",
        "https://twilio.com@example.org",
    ],
)
def test_a_house_in_use_texts_by_nobody_but_twilio(url):
    assert refused({**LIVE, "TWILIO_BASE_URL": url}).startswith("TWILIO_BASE_URL: ")


@pytest.mark.parametrize("url", ["https://api.twilio.com", "https://api.dublin.ie1.twilio.com"])
def test_twilio_is_twilio_in_each_of_its_regions(url):
    assert load_settings({**LIVE, "TWILIO_BASE_URL": url}).twilio_account.base_url == url


@pytest.mark.parametrize("variable", ["CHECKBACK_PUBLIC_URL", "CHECKBACK_CONSOLE_URL"])
def test_no_address_of_a_house_in_use_is_plain_http(variable):
    assert refused({**LIVE, variable: "http://127.0.0.1:8000"}).startswith(f"{variable}: ")


@pytest.mark.parametrize("key", [bytes(32), b"0123456789" * 3 + b"01", b"changeme" * 4])
@pytest.mark.parametrize("variable", ["CHECKBACK_SECRET_KEY", "CHECKBACK_INDEX_KEY", "CHECKBACK_ASSISTANT_KEY"])
def test_a_key_that_was_not_made_at_random_seals_nothing(variable, key):
    written = base64.b64encode(key).decode()
    ring = written if variable == "CHECKBACK_ASSISTANT_KEY" else f"1:{written}"
    line = refused({**LIVE, variable: ring})
    assert line.startswith(f"{variable}: is not random")
    assert written not in line


def test_an_older_key_is_looked_at_as_well():
    weak = base64.b64encode(bytes(32)).decode()
    assert "CHECKBACK_SECRET_KEY" in refused({**LIVE, "CHECKBACK_SECRET_KEY": f"1:{weak},2:{KEY[2:]}"})


@pytest.mark.parametrize("field", ["SESSION_KEY", "API_TOKEN", "ASSISTANT_TOKEN", "ACTIONS_TOKEN"])
def test_a_secret_that_anybody_guesses_is_none(field):
    assert f"CHECKBACK_{field}: is easily guessed" in refused({**LIVE, f"CHECKBACK_{field}": "secretsecretsecret"})


def test_one_secret_does_not_open_two_doors():
    line = refused({**LIVE, "CHECKBACK_API_TOKEN": LIVE["CHECKBACK_SESSION_KEY"]})
    assert line == "CHECKBACK_API_TOKEN: is CHECKBACK_SESSION_KEY again; make one of its own"


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o620, 0o666])
def test_a_file_of_keys_that_others_can_read_keeps_the_house_closed(tmp_path, mode):
    secrets = tmp_path / "secrets"
    secrets.write_text("CHECKBACK_API_TOKEN=x")
    secrets.chmod(mode)
    line = refused({**LIVE, "CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert line.startswith("CREDENTIALS_DIRECTORY: others on this machine")
    assert f"chmod 600 {secrets}" in line


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o440])
def test_a_file_of_keys_that_is_its_owners_is_well(tmp_path, mode):
    (tmp_path / "secrets").write_text("CHECKBACK_API_TOKEN=x")
    (tmp_path / "secrets").chmod(mode)
    assert not load_settings({**LIVE, "CREDENTIALS_DIRECTORY": str(tmp_path)}).is_demo


MOUNTS = r"""
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:40 / /srv/far rw - nfs4 filer:/export rw
41 40 8:2 / /srv/far/near rw - xfs /dev/sdb1 rw
42 22 0:42 / /srv/two\040words rw master:2 - cifs //filer/share rw
43 22 0:43 / /srv/hidden rw - nfs filer:/old rw
44 22 8:3 / /srv/hidden rw - ext4 /dev/sdc1 rw
"""


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("/var/lib/checkback.db", None),
        ("/srv/far/checkback.db", "nfs4"),
        ("/srv/farther/checkback.db", None),
        ("/srv/far/near/checkback.db", None),
        ("/srv/two words/checkback.db", "cifs"),
        ("/srv/hidden/checkback.db", None),
    ],
)
def test_a_disk_is_told_by_its_mount(tmp_path, file, kind):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    found = closed.network_disk(type(mounts)(file), mounts)
    assert (found is None) if kind is None else (found is not None and f"({kind})" in found)


def test_where_the_system_tells_no_mounts_nothing_is_claimed(tmp_path):
    assert closed.network_disk(tmp_path / "checkback.db", tmp_path / "none") is None


@pytest.mark.parametrize("variable", ["CHECKBACK_DATABASE_URL", "CHECKBACK_ASSISTANT_DATABASE"])
def test_sqlite_on_a_network_disk_keeps_the_house_closed(monkeypatch, tmp_path, variable):
    # The kinds of disk of a network are those this machine has: no network is needed to see who asks.
    monkeypatch.setattr(closed, "_NETWORKS", {kind for _, kind in _own_mounts()})
    line = refused({**LIVE, variable: f"sqlite:///{tmp_path}/checkback.db"})
    assert f"{variable}: SQLite loses texts on a network disk" in line


def test_postgresql_lies_where_its_server_says(monkeypatch):
    monkeypatch.setattr(closed, "_NETWORKS", {kind for _, kind in _own_mounts()})
    urls = {f"CHECKBACK_{name}": "postgresql://db.example.org/x" for name in ("DATABASE_URL", "ASSISTANT_DATABASE")}
    assert load_settings({**LIVE, **urls}).database_url == "postgresql://db.example.org/x"


def _own_mounts():
    return closed._mounted(closed._MOUNTS.read_text(encoding="utf-8").splitlines())


def test_a_demonstration_is_open_to_this_machine_and_texts_nobody(tmp_path):
    assert load_settings(demo(tmp_path)).public_url.startswith("http://127.0.0.1")


def test_everything_that_is_open_is_said_at_once():
    env = {**LIVE, "TWILIO_BASE_URL": "http://127.0.0.1:8002", "CHECKBACK_CONSOLE_URL": "http://127.0.0.1:8001"}
    with pytest.raises(SettingsError, match=r"TWILIO_BASE_URL: .*; CHECKBACK_CONSOLE_URL: "):
        load_settings(env)


@pytest.mark.parametrize("command", [["serve", "gateway"], ["serve", "worker"], ["doctor"]])
def test_no_process_starts_open_and_the_doctor_says_why(tmp_path, command):
    said = subprocess.run(
        [sys.executable, "-c", "from checkback.cli import main; main()", *command],
        env={
            **LIVE,
            "CHECKBACK_VAR": str(tmp_path),
            "TWILIO_BASE_URL": "http://127.0.0.1:8002",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert said.returncode == 2
    assert said.stdout == ""
    assert said.stderr.count("\n") == 1
    assert said.stderr.startswith("checkback: TWILIO_BASE_URL: a house in use texts by Twilio alone")
