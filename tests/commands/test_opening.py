"""What every process begins with."""

from __future__ import annotations

import subprocess
import sys

LOOK = """
import resource
resource.setrlimit(resource.RLIMIT_CORE, (1024, 1024))
from checkback.commands.opening import process
with process("test", database=False):
    print(resource.getrlimit(resource.RLIMIT_CORE))
"""


def test_a_process_that_crashes_leaves_no_memory_on_the_disk(tmp_path):
    said = subprocess.run(
        [sys.executable, "-c", LOOK],
        env={"CHECKBACK_MODE": "demo", "CHECKBACK_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert said.stdout.strip() == "(0, 0)"
