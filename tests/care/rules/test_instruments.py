"""What answers to a screening instrument come to, against the tables its authors published."""

from __future__ import annotations

from itertools import product

import pytest

from checkback.care.program import load_instruments
from checkback.care.rules.instruments import Answers, AskedBy, Instrument, next_item, score
from checkback.care.terms import Language
from tests.conftest import PROGRAM

SHIPPED = load_instruments(PROGRAM / "instruments")
PHQ_2, PHQ_4, PC_PTSD_5, ASQ = (SHIPPED[name] for name in ("phq-2", "phq-4", "pc-ptsd-5", "asq"))


def in_order(*values: int | None) -> dict[int, int | None]:
    return dict(enumerate(values, start=1))


def every_answer(instrument: Instrument) -> list[dict[int, int | None]]:
    return [in_order(*values) for values in product(instrument.values, repeat=instrument.length)]


def test_the_phq_2_is_a_concern_from_three_on():
    """Kroenke, Spitzer, Williams, Medical Care 2003;41:1284-92: 0 to 6, cut-off 3."""
    concerns = {}
    for answers in every_answer(PHQ_2):
        found = score(PHQ_2, answers)
        assert found is not None
        assert found.total == sum(value or 0 for value in answers.values())
        concerns[found.total] = found.is_concern
    assert concerns == {0: False, 1: False, 2: False, 3: True, 4: True, 5: True, 6: True}


def test_the_phq_4_has_two_scales_and_four_bands():
    """Kroenke, Spitzer, Williams, Löwe, Psychosomatics 2009;50:613-21."""
    bands: dict[int, set[str | None]] = {}
    for answers in every_answer(PHQ_4):
        found = score(PHQ_4, answers)
        assert found is not None
        worry, mood = (answers[1] or 0) + (answers[2] or 0), (answers[3] or 0) + (answers[4] or 0)
        assert found.scales == {"worry": worry, "mood": mood}
        assert found.over == tuple(name for name, sum_ in (("worry", worry), ("mood", mood)) if sum_ >= 3)
        bands.setdefault(found.total, set()).add(found.band)
    said = ["normal"] * 3 + ["mild"] * 3 + ["moderate"] * 3 + ["severe"] * 4
    assert bands == {total: {band} for total, band in enumerate(said)}


def test_the_pc_ptsd_5_counts_its_five_and_none_without_an_event():
    """Prins and others, J Gen Intern Med 2016;31:1206-11: the count of yes, 0 to 5; without an event 0, and it ends."""
    for values in product((0, 1), repeat=5):
        found = score(PC_PTSD_5, in_order(1, *values))
        assert found is not None
        assert (found.total, found.is_concern) == (sum(values), sum(values) >= 3)
    nothing = score(PC_PTSD_5, in_order(0))
    assert nothing is not None
    assert (nothing.total, nothing.is_concern) == (0, False)


def test_the_pc_ptsd_5_waits_for_the_thirtieth_day():
    assert PC_PTSD_5.not_before_days == 30


@pytest.mark.parametrize(
    ("answers", "is_concern", "is_acute"),
    [
        ((0, 0, 0, 0), False, False),
        ((1, 0, 0, 0, 0), True, False),
        ((0, 1, 0, 0, 0), True, False),
        ((0, 0, 1, 0, 0), True, False),
        ((0, 0, 0, 1, 0), True, False),
        ((0, 0, 0, 1, 1), True, True),
        ((1, 1, 1, 1, 1), True, True),
        ((None, 0, 0, 0, 0), True, False),
        ((0, 0, 0, None, None), True, True),
        # Nothing before it was a yes, so that it was not asked: what stands there does not count.
        ((0, 0, 0, 0, 1), False, False),
    ],
)
def test_the_asq_is_positive_with_one_yes_and_acute_with_a_yes_to_now(answers, is_concern, is_acute):
    """The ASQ tool of the NIMH: yes to any of four, or no answer, is positive; then yes to the fifth is acute."""
    found = score(ASQ, in_order(*answers))
    assert found is not None
    assert (found.is_concern, found.is_acute) == (is_concern, is_acute)


def test_the_asq_asks_about_now_only_after_a_yes_and_then_always():
    assert next_item(ASQ, in_order(0, 0, 0, 0)) is None
    for at in range(4):
        values: list[int | None] = [0, 0, 0, 0]
        for said in (1, None):
            values[at] = said
            assert next_item(ASQ, in_order(*values)) == 5
            assert score(ASQ, in_order(*values)) is None


def test_a_suicide_screen_is_asked_by_a_person_who_is_there():
    assert ASQ.by is AskedBy.PERSON


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_partial_answers_have_no_score_and_go_on_where_they_stopped(name):
    instrument, answers = SHIPPED[name], dict[int, int | None]()
    while (item := next_item(instrument, answers)) is not None:
        assert score(instrument, answers) is None
        assert item not in answers
        answers[item] = max(instrument.values)
    assert len(answers) == instrument.length
    found = score(instrument, answers)
    assert found is not None
    assert found.is_concern


@pytest.mark.parametrize("instrument", [PHQ_2, PHQ_4, PC_PTSD_5], ids=lambda each: each.name)
def test_where_they_would_not_say_there_is_no_score_and_no_guess(instrument):
    answers: Answers = {**dict.fromkeys(range(1, instrument.length + 1), max(instrument.values)), 2: None}
    assert next_item(instrument, answers) is None
    assert score(instrument, answers) is None


def test_what_is_no_choice_is_refused():
    with pytest.raises(ValueError, match="choice"):
        score(PHQ_2, in_order(1, 4))


def test_a_language_is_only_what_its_publisher_wrote():
    assert {name: sorted(each.words) for name, each in SHIPPED.items()} == {
        "asq": [Language.ENGLISH],
        "pc-ptsd-5": [Language.ENGLISH],
        "phq-2": [Language.ENGLISH, Language.SPANISH],
        "phq-4": [Language.ENGLISH],
    }
