"""`checkback keys …` as an operator types it."""

from __future__ import annotations

import base64

from typer.testing import CliRunner

from checkback.cli import app


def test_a_new_key_has_32_bytes_and_is_another_each_time():
    made = [CliRunner().invoke(app, ["keys", "new"]).output.strip() for _ in range(2)]
    assert [len(base64.b64decode(each, validate=True)) for each in made] == [32, 32]
    assert made[0] != made[1]
