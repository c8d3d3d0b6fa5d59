"""A run of the tests passes only if all that should run did run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scripts.test import TESTS_FAILED, Report, Suite, judge, may_be_tried_again, read

NO_SPEC = "no CHECKBACK_TWILIO_SPEC here"


def test_a_failing_suite_fails_whatever_was_chosen():
    assert judge(1, Report(failed=1), chosen=False, complete=False)
    assert judge(1, Report(failed=1), chosen=True, complete=False)


def test_an_empty_suite_passes_only_if_words_chose_the_tests():
    assert judge(5, Report(), chosen=False, complete=False)
    assert judge(5, Report(), chosen=True, complete=False) is None


def test_on_a_complete_machine_nothing_is_left_out_but_for_documents_that_are_not_ours():
    assert judge(0, Report(passed=3, left_out=("PostgreSQL does not answer",)), chosen=False, complete=False) is None
    assert judge(0, Report(passed=3, left_out=("PostgreSQL does not answer",)), chosen=False, complete=True)
    assert judge(0, Report(passed=3, left_out=(NO_SPEC,)), chosen=False, complete=True) is None


def test_the_same_tests_on_both_databases_are_counted(tmp_path):
    report = tmp_path / "report.xml"
    names = ("kept[sqlite]", "kept[postgresql]", "kept[postgresql-twice]", "plain")
    cases = "".join(f'<testcase name="{name}"/>' for name in names)
    report.write_text(f"<testsuite>{cases}</testsuite>")
    assert str(read(report)) == "4 passed, 0 failed, 0 errors, 0 left out, 1 on sqlite, 2 on postgresql"


UNSTEADY = """
from pathlib import Path
SEEN = Path(__file__).with_name("seen")
def test_that_stumbles_once():
    if not SEEN.exists():
        SEEN.touch()
        raise AssertionError("the machine was busy")
def test_that_holds():
    pass
"""
BROKEN = "def test_that_never_holds():\n    assert False\n"


def suite(folder: Path, *, holds: str) -> Suite:
    (folder / "test_it.py").write_text(holds)
    (folder / "pytest.ini").write_text("[pytest]\n")
    return Suite("a suite", Path(sys.executable), str(folder))


def test_what_fails_in_the_crowd_and_holds_alone_is_named_and_passes(tmp_path, capsys):
    assert suite(tmp_path, holds=UNSTEADY).problem([]) is None
    assert "UNSTEADY" in (told := capsys.readouterr().out)
    assert "test_that_stumbles_once" in told
    assert "test_that_holds" not in told


def test_what_fails_twice_fails(tmp_path):
    assert suite(tmp_path, holds=UNSTEADY + BROKEN).problem([])


@pytest.mark.parametrize(
    ("broken", "again"),
    [
        (("tests.care.test_a.test_b",), True),
        (("tests.care.test_a.test_b",) * 4, False),
        (("tests.chaos.test_nights.test_b",), False),
        (("tests.care.test_a.test_b", "tests.system.test_kills.test_b"), False),
        ((), False),
    ],
)
def test_only_a_few_and_no_proof_have_a_second_try(broken: tuple[str, ...], again: bool):
    assert may_be_tried_again(TESTS_FAILED, Report(failed=len(broken), broken=broken)) is again
    assert not may_be_tried_again(2, Report(broken=broken))
