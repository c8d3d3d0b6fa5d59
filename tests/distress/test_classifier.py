"""The classifier beside the rules: it hears what no rule knows, is told what rules explain, and silences nobody."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from checkback.distress import Danger, DistressScreen, Level, Urgency
from checkback.distress.classifier import TRAINED, BrokenArtefact, TrainedClassifier, load_classifier
from checkback.distress.combining import Opinion
from checkback.distress.encoding import Encoder, EncoderUnavailable
from checkback.distress.examples import hash_of, read_examples
from checkback.distress.rulebook import Rulebook

QUIET = Opinion(Level.NONE, Danger.DISTRESS, 0.0)
NOT_SAID_SO_BEFORE = "told my job i fell on the ice, but there was no ice, he just gets like that"


class Told:
    """A classifier that takes every text with one of the words to be the same, and remembers what it was asked."""

    version = "told"

    def __init__(self, *words: str, opinion: Opinion) -> None:
        self.words, self.opinion = words, opinion
        self.asked: list[str] = []

    def judge(self, texts: Sequence[str]) -> list[Opinion]:
        self.asked += texts
        return [self.opinion if any(word in text for word in self.words) else QUIET for text in texts]


class Broken:
    """A classifier that fails on every text."""

    version = "broken"

    def judge(self, texts: Sequence[str]) -> list[Opinion]:
        raise RuntimeError(texts[0])


SUICIDE = Opinion(Level.ACUTE, Danger.SUICIDE, 0.97, Urgency.URGENT)
LIKELY = Opinion(Level.ACUTE, Danger.SUICIDE, 0.8, Urgency.URGENT)
DOUBTFUL = Opinion(Level.NONE, Danger.DISTRESS, 0.01, doubts_frames=True)
UNSURE = Opinion(Level.HIGH, Danger.SUICIDE, 0.5, is_unsure=True)


@pytest.fixture(scope="module")
def classifier(book: Rulebook) -> TrainedClassifier:
    return load_classifier(book.signs)


def test_the_committed_classifier_was_trained_on_the_committed_examples():
    said = json.loads((TRAINED / "classifier.json").read_text(encoding="utf-8"))
    assert said["examples"] == {"sha256": hash_of(read_examples()), "texts": len(read_examples())}


def test_the_committed_classifier_is_small_and_holds_no_code():
    assert sum(file.stat().st_size for file in TRAINED.iterdir()) < 6_000_000
    assert {file.suffix for file in TRAINED.iterdir()} == {".npz", ".json", ".yml"}


@pytest.mark.parametrize(
    "text",
    [
        "i keep looking at the river and thinking how quiet it would be",
        "my sister gave me her cat and all her jewelry today and said i won't need to feed her anymore",
    ],
)
def test_it_hears_what_is_said_sideways(classifier: TrainedClassifier, text: str):
    assert classifier.judge([text])[0].level is Level.ACUTE


@pytest.mark.parametrize(
    "text",
    ["thanks see you thursday", "gracias, el martes a las 3", "do you have size 4 diapers", "ok", "", "   ", "👍"],
)
def test_it_leaves_everyday_texts_alone(classifier: TrainedClassifier, text: str):
    assert classifier.judge([text])[0].level is Level.NONE


@pytest.mark.parametrize("text", ["HELP", "ayuda!!", "911", "gun"])
def test_a_lone_word_pages_nobody_by_likeness_alone(classifier: TrainedClassifier, text: str):
    assert classifier.judge([text])[0].level is not Level.ACUTE


def test_a_thought_cut_in_two_is_read_as_one_and_a_long_text_by_itself(book: Rulebook):
    told = Told("the river is calm", opinion=SUICIDE)
    screen = DistressScreen(book, told)
    assert screen.assess("is calm", recent=["the river"]).level is Level.ACUTE
    long = "is calm and the ducks were out and the children fed them for an hour or more"
    assert screen.assess(long, recent=["the river"]).level is Level.NONE


def test_without_the_encoder_it_judges_by_the_words_and_says_so(book: Rulebook, classifier: TrainedClassifier):
    by_words = load_classifier(book.signs, encode=False)
    assert by_words.version == f"{classifier.version}-words"
    assert by_words.judge(["he choked me again last night and i cant breathe right"])[0].level is Level.ACUTE
    assert by_words.judge(["thanks see you thursday"])[0].level is Level.NONE


def test_an_encoder_of_other_bytes_is_not_used(tmp_path: Path):
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources" / "weights.npz").write_bytes(b"something else")
    with pytest.raises(EncoderUnavailable, match="not the file"):
        Encoder(tmp_path)
    with pytest.raises(EncoderUnavailable, match="missing"):
        Encoder(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [({"format": 0}, "format 0"), ({"sha256": "0"}, "not the one"), ({"scores": ["acute"]}, "not the one")],
)
def test_a_classifier_that_is_not_as_described_is_refused(tmp_path: Path, change: dict[str, object], complaint: str):
    for file in TRAINED.iterdir():
        shutil.copy(file, tmp_path)
    described = tmp_path / "classifier.json"
    described.write_text(json.dumps(json.loads(described.read_text(encoding="utf-8")) | change), encoding="utf-8")
    with pytest.raises(BrokenArtefact, match=complaint):
        load_classifier({}, tmp_path)


def test_a_missing_classifier_is_refused(tmp_path: Path):
    with pytest.raises(BrokenArtefact, match="cannot be read"):
        load_classifier({}, tmp_path)


def test_many_at_once_hear_the_same(classifier: TrainedClassifier):
    texts = [NOT_SAID_SO_BEFORE, "thanks", "mi hijo no aparece desde ayer"] * 10
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda text: classifier.judge([text])[0], texts))
    assert together == [classifier.judge([text])[0] for text in texts]


def test_what_the_classifier_hears_is_shown_with_how_likely_it_is(book: Rulebook):
    finding = DistressScreen(book, Told("river", opinion=SUICIDE)).assess("the river looks so calm")
    assert (finding.level, finding.urgency, finding.danger) == (Level.ACUTE, Urgency.URGENT, Danger.SUICIDE)
    assert [(one.rule, one.words) for one in finding.evidence] == [
        ("classifier.suicide:0.97", "the river looks so calm")
    ]
    assert finding.version.endswith("+told")


def test_an_unsure_classifier_asks_for_review_and_pages_nobody(book: Rulebook):
    screen = DistressScreen(book, Told("river", "die", opinion=UNSURE))
    unsure = screen.assess("the river looks so calm")
    assert (unsure.level, unsure.review) == (Level.HIGH, True)
    surely = screen.assess("I want to die")
    assert (surely.level, surely.review) == (Level.ACUTE, False)


def test_a_frame_the_classifier_doubts_goes_to_a_person_and_pages_nobody(book: Rulebook):
    harmless = "if she takes them kids from me ill have to get a lawyer"
    assert DistressScreen(book).assess(harmless).level is Level.ACUTE  # by a frame and by nothing else
    doubted = DistressScreen(book, Told("lawyer", opinion=DOUBTFUL)).assess(harmless)
    assert (doubted.level, doubted.urgency, doubted.review) == (Level.HIGH, None, True)
    assert all(one.rule.endswith(":unsure") for one in doubted.evidence if ".frame.child" in one.rule)


def test_plain_words_page_however_much_the_classifier_doubts(book: Rulebook):
    finding = DistressScreen(book, Told("die", opinion=DOUBTFUL)).assess("I want to die")
    assert (finding.level, finding.review) == (Level.ACUTE, False)


def test_a_classifier_that_breaks_silences_no_rule_and_a_person_reads_the_rest(book: Rulebook):
    screen = DistressScreen(book, Broken())
    assert screen.assess("I want to die").level is Level.ACUTE
    unheard = screen.assess("thanks, see you Monday")
    assert (unheard.level, unheard.danger) == (Level.HIGH, Danger.UNSCREENED)


def test_the_classifier_swallows_no_rule_and_the_rule_names_the_kind(book: Rulebook):
    mistaken = Opinion(Level.ACUTE, Danger.PARTNER_VIOLENCE, 0.9, Urgency.EMERGENT)
    finding = DistressScreen(book, Told("die", opinion=mistaken)).assess("I want to die")
    assert (finding.danger, finding.urgency) == (Danger.SUICIDE, Urgency.EMERGENT)
    assert {one.danger for one in finding.evidence} == {Danger.SUICIDE, Danger.PARTNER_VIOLENCE}


def test_an_idiom_explains_its_own_words_and_no_more(book: Rulebook):
    told = Told("killing", "river", opinion=LIKELY)
    screen = DistressScreen(book, told)
    assert screen.assess("this homework is killing me").level is Level.NONE
    assert screen.assess("this homework is killing me and the river looks so calm").level is Level.ACUTE
    assert any("killing" not in asked for asked in told.asked)


def test_nothing_explains_away_what_the_classifier_is_all_but_sure_of(book: Rulebook):
    screen = DistressScreen(book, Told("killing", opinion=SUICIDE))
    assert screen.assess("this homework is killing me").level is Level.ACUTE


def test_likeness_to_an_opt_out_is_none_where_something_else_should_stop(book: Rulebook):
    screen = DistressScreen(book, Told("stop", opinion=Opinion(Level.NONE, Danger.DISTRESS, 0.0, opt_out=True)))
    assert screen.assess("i said stop").opt_out
    assert not screen.assess("make it stop").opt_out


def test_a_rule_taken_for_an_opt_out_is_doubted(book: Rulebook):
    doubt = Opinion(Level.NONE, Danger.DISTRESS, 0.0, doubts_opt_out=True)
    assert DistressScreen(book).assess("please stop texting me").opt_out
    assert not DistressScreen(book, Told("texting", opinion=doubt)).assess("please stop texting me").opt_out


def test_distress_a_rule_heard_is_a_mention_where_the_classifier_doubts_any(book: Rulebook):
    doubt = Opinion(Level.NONE, Danger.DISTRESS, 0.0, doubts_frames=True, doubts_distress=True)
    heard = "I can't cope with any of this anymore"
    assert DistressScreen(book).assess(heard).level is Level.HIGH
    assert DistressScreen(book, Told("cope", opinion=doubt)).assess(heard).level is Level.LOW


def test_a_weighed_pattern_that_is_doubted_goes_to_a_person(book: Rulebook):
    doubt = Opinion(Level.NONE, Danger.DISTRESS, 0.0, doubts_frames=True, doubts_patterns=True, doubts_distress=True)
    finding = DistressScreen(book, Told("ambulance", opinion=doubt)).assess("we need an ambulance")
    assert (finding.level, finding.review) == (Level.HIGH, True)


def test_a_weighed_pattern_in_which_nothing_at_all_is_found_is_a_mention(book: Rulebook):
    nothing = Opinion(
        Level.NONE, Danger.DISTRESS, 0.0,
        doubts_frames=True, doubts_patterns=True, doubts_distress=True, finds_nothing=True,
    )  # fmt: skip
    finding = DistressScreen(book, Told("ambulance", opinion=nothing)).assess("we need an ambulance")
    assert (finding.level, finding.review) == (Level.LOW, False)
    assert DistressScreen(book, Told("die", opinion=nothing)).assess("I want to die").level is Level.ACUTE


def test_the_rules_hear_a_misspelt_word_as_it_was_meant(book: Rulebook):
    def mended(word: str, _more: frozenset[str]) -> str:
        return {"chokign": "choking"}.get(word, word)

    text = "he is chokign me"
    assert DistressScreen(book).assess(text).level is not Level.ACUTE
    finding = DistressScreen(book, mended=mended).assess(text)
    assert finding.level is Level.ACUTE
    assert all(text[one.start : one.end] == one.words for one in finding.evidence)


def test_a_name_is_not_mended_into_a_danger(classifier: TrainedClassifier, book: Rulebook):
    grave = book.lists["grave"]
    names = ["marta", "murdock", "morena", "abel", "sharon", "hannah", "helena"]
    assert [classifier.mended(name, grave) for name in names] == names


def test_what_stands_behind_a_stop_is_judged_by_itself(book: Rulebook):
    class Misled(Told):
        """Takes every text that begins with the carrier's word for nothing else."""

        def judge(self, texts: Sequence[str]) -> list[Opinion]:
            return [
                QUIET if text.startswith("STOP") else found
                for text, found in zip(texts, super().judge(texts), strict=True)
            ]

    assert DistressScreen(book, Misled("river", opinion=SUICIDE)).assess("STOP the river is calm").level is Level.ACUTE
    assert DistressScreen(book, Misled("river", opinion=SUICIDE)).assess("STOP").level is Level.NONE


def test_a_text_and_the_ones_before_it_are_asked_about_at_once(book: Rulebook):
    class Counting(Told):
        calls = 0

        def judge(self, texts: Sequence[str]) -> list[Opinion]:
            self.calls += 1
            return super().judge(texts)

    counting = Counting("nothing", opinion=QUIET)
    DistressScreen(book, counting).assess("is calm", recent=["the river"])
    assert (counting.calls, counting.asked) == (1, ["is calm", "the river is calm"])


def test_a_denial_explains_its_own_words_and_no_more(book: Rulebook):
    screen = DistressScreen(book, Told("suicidal", "razor", opinion=LIKELY))
    assert screen.assess("I'm not suicidal").level is Level.LOW
    assert screen.assess("I'm not suicidal I just keep the razor close").level is Level.ACUTE


def test_what_earlier_texts_said_is_not_said_again_by_the_next(book: Rulebook):
    screen = DistressScreen(book, Told("the river is calm", opinion=SUICIDE))
    assert screen.assess("is calm", recent=["the river"]).level is Level.ACUTE
    assert screen.assess("ok bye", recent=["the river is calm"]).level is Level.NONE


def test_a_text_nobody_can_read_stays_unscreened_unless_it_is_acute(book: Rulebook):
    long = "a" * 2000
    assert DistressScreen(book, Told("a", opinion=UNSURE)).assess(long).danger is Danger.UNSCREENED
    assert DistressScreen(book, Told("a", opinion=SUICIDE)).assess(long).level is Level.ACUTE


def test_a_wish_for_no_more_texts_may_be_heard_by_the_classifier_alone(book: Rulebook):
    wish = Opinion(Level.NONE, Danger.DISTRESS, 0.0, opt_out=True)
    assert DistressScreen(book, Told("pigeon", opinion=wish)).assess("no more of the pigeon post").opt_out
