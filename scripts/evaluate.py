"""Measures the distress screen on texts whose writers saw neither its patterns nor its training texts.

    make evaluate                     tests/distress/heldout, then docs/measured/distress.md is written
    make evaluate ARGS="--held-out-only"  the same without cross-validation
    make evaluate ARGS="--small"      every tenth idea of them, and nothing learned anew: a look, not a measure

The held-out texts were written by people who had seen neither patterns nor training texts, and were read by nobody
before the screen was as it is; once measured they are spent, and whoever tunes after that needs new ones. Texts that
stand nearly word for word in the training texts are left out and counted.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from checkback.distress import Danger, DistressScreen, Finding, Level, Urgency
from checkback.distress.classifier import TrainedClassifier, load_classifier
from checkback.distress.combining import Opinion
from checkback.distress.examples import Example, read_examples, read_files
from checkback.distress.heads import Calibration, Floats
from checkback.distress.loading import whole as whole_screen
from checkback.distress.rulebook import Rulebook, read_rulebook
from checkback.distress.splitting import near_twins

ROOT = Path(__file__).resolve().parent.parent
HELD_OUT = ROOT / "tests" / "distress" / "heldout"
OUT = ROOT / "docs" / "measured" / "distress.md"
LANGUAGES = ("en", "es", "mix")
SPOKEN = {"en": "English", "es": "Spanish", "mix": "mixed"}
MOST_LISTED = 80
HEAD = "| acute heard as acute | false acute: of low and none | acute → at least high | low and none → high or more |"
CI = 1.96
PARTS = ("blind3",)

Judged = Sequence[tuple[Example, Finding]]
Picked = Callable[[Example], bool]


@dataclass(frozen=True)
class Share:
    """So many of so many, with Wilson's interval: honest also near 0 and 1 and for few texts."""

    count: int
    of: int

    def __str__(self) -> str:
        if not self.of:
            return "-"
        low, high = self.interval
        return f"{self.count / self.of:.1%} ({low:.0%}-{high:.0%}) of {self.of}"

    @property
    def interval(self) -> tuple[float, float]:
        share, square = self.count / self.of, CI * CI
        middle = (share + square / (2 * self.of)) / (1 + square / self.of)
        spread = CI * math.sqrt(share * (1 - share) / self.of + square / (4 * self.of**2)) / (1 + square / self.of)
        return max(0.0, middle - spread), min(1.0, middle + spread)


def is_acute(one: Example) -> bool:
    return one.level is Level.ACUTE


def is_calm(one: Example) -> bool:
    return one.level.rank <= Level.LOW.rank


def share(judged: Judged, picked: Picked, at_least: Level) -> Share:
    """Of the texts picked, how many the screen puts at this level or above."""
    found = [finding.level.rank >= at_least.rank for one, finding in judged if picked(one)]
    return Share(sum(found), len(found))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    asked = _arguments(arguments)
    book = read_rulebook()
    classifier = load_classifier(book.signs)
    learned = read_examples()
    parts = [_part(name, learned, small=asked.small) for name in PARTS]
    lines = [_heading(asked, book, classifier, learned)]
    for name, examples, twins in parts:
        lines += _section(name, examples, twins, book, classifier)
    if not asked.small:
        _pictures(parts, classifier, asked.out.parent)
        lines += ["", "![calibration](distress-calibration.svg)", "", "![thresholds](distress-thresholds.svg)", ""]
    if not (asked.small or asked.held_out_only):
        lines += _learning(learned, book, classifier)
    lines += _speed(book, classifier, [one.text for one in parts[0][1]])
    for name, examples, _ in parts:
        lines += _misses(name, judge(whole_screen(book, classifier), examples))
    text = "\n".join(lines) + "\n"
    print(text)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(text, encoding="utf-8")
    return 0


def judge(screen: DistressScreen, examples: Iterable[Example]) -> Judged:
    return [(one, screen.assess(one.text)) for one in examples]


def _part(name: str, learned: Sequence[Example], *, small: bool) -> tuple[str, list[Example], int]:
    """The held-out texts of one kind without those the classifier may remember."""
    found = read_files(sorted(HELD_OUT.glob(f"{name}-*.yml")))
    remembered = {(other.idea, other.text) for _, other in near_twins(learned, found)}
    fresh = [one for one in found if (one.idea, one.text) not in remembered]
    if small:
        chosen = set(sorted({one.idea for one in fresh})[::10])
        fresh = [one for one in fresh if one.idea in chosen]
    return name, fresh, len(remembered)


def _section(
    name: str, examples: Sequence[Example], twins: int, book: Rulebook, classifier: TrainedClassifier
) -> list[str]:
    whole = judge(whole_screen(book, classifier), examples)
    ways: Mapping[str, Judged] = {
        "whole screen": whole,
        "patterns alone": judge(DistressScreen(book), examples),
        "classifier alone": [(one, _alone(classifier, one.text)) for one in examples],
        "whole screen, no encoder": judge(whole_screen(book, load_classifier(book.signs, encode=False)), examples),
    }
    return [
        "", f"## The {name} texts", "",
        f"{len(examples)} texts; {twins} more were left out: they stand nearly word for word in the training texts.",
        "", f"| {HEAD}",
        "|---|---|---|---|---|", *(_row(way, judged) for way, judged in ways.items()),
        "", f"| whole screen {HEAD}",
        "|---|---|---|---|---|",
        *(_row(SPOKEN[tongue], [pair for pair in whole if pair[0].language == tongue]) for tongue in LANGUAGES),
        *_dangers(whole), *_levels(whole), *_opt_outs(whole),
    ]  # fmt: skip


def _alone(classifier: TrainedClassifier, text: str) -> Finding:
    opinion = classifier.judge([text])[0]
    return Finding(opinion.level, opinion.urgency, opinion.danger, opinion.opt_out)


def _row(name: str, judged: Judged) -> str:
    cells = (
        share(judged, is_acute, Level.ACUTE),
        share(judged, is_calm, Level.ACUTE),
        share(judged, is_acute, Level.HIGH),
        share(judged, is_calm, Level.HIGH),
    )
    return f"| {name} | {' | '.join(map(str, cells))} |"


def _dangers(judged: Judged) -> list[str]:
    rows = []
    for danger in Danger:
        about = [pair for pair in judged if pair[0].danger is danger]
        if not any(is_acute(one) for one, _ in about):
            continue
        by_tongue = [
            share([pair for pair in about if pair[0].language == tongue], is_acute, Level.ACUTE) for tongue in LANGUAGES
        ]
        calm = share(about, is_calm, Level.ACUTE)
        cells = [str(share(about, is_acute, Level.ACUTE)), *map(str, by_tongue), str(calm), _same_kind(about)]
        rows.append(f"| {danger} | {' | '.join(cells)} |")
    head = "| acute heard as acute | all | English | Spanish | mixed | false acute, beside it | kind named rightly |"
    return ["", head, "|---|---|---|---|---|---|---|", *rows]


def _same_kind(about: Judged) -> str:
    heard = [(one, finding) for one, finding in about if is_acute(one) and finding.level is Level.ACUTE]
    return str(Share(sum(finding.danger is one.danger for one, finding in heard), len(heard)))


def _levels(judged: Judged) -> list[str]:
    rows = []
    for level in Level:
        of = [finding for one, finding in judged if one.level is level]
        cells = [str(sum(finding.level is said for finding in of)) for said in Level]
        rows.append(f"| {level} | {' | '.join(cells)} | {sum(finding.review for finding in of)} |")
    return [
        "", "| meant, down; said, across | none | low | high | acute | for review |",
        "|---|---|---|---|---|---|", *rows,
        "", f"Of acute heard as acute, said to be emergent: of emergent {_emergent(judged, Urgency.EMERGENT)}, "
        f"of urgent {_emergent(judged, Urgency.URGENT)}.",
    ]  # fmt: skip


def _emergent(judged: Judged, meant: Urgency) -> Share:
    heard = [finding for one, finding in judged if one.urgency is meant and finding.level is Level.ACUTE]
    return Share(sum(finding.urgency is Urgency.EMERGENT for finding in heard), len(heard))


def _opt_outs(judged: Judged) -> list[str]:
    heard, false = _opt_out_shares(judged)
    return ["", f"The wish for no more texts: heard {heard}; heard where it was not meant {false}."]


def _opt_out_shares(judged: Judged) -> tuple[Share, Share]:
    wanted = [finding.opt_out for one, finding in judged if one.opt_out]
    others = [finding.opt_out for one, finding in judged if not one.opt_out]
    return Share(sum(wanted), len(wanted)), Share(sum(others), len(others))


def _misses(name: str, judged: Judged) -> list[str]:
    missed = [(one, finding) for one, finding in judged if is_acute(one) and finding.level is not Level.ACUTE]
    false = [(one, finding) for one, finding in judged if is_calm(one) and finding.level is Level.ACUTE]
    unheard = [(one, finding) for one, finding in judged if one.opt_out is not finding.opt_out]
    lists = {"Acute, not heard as acute": missed, "Acute said of low or none": false, "Opt-outs mistaken": unheard}
    lines = ["", f"## What goes wrong on the {name} texts"]
    for title, pairs in lists.items():
        lines += ["", f"**{title}: {len(pairs)}**", "", "| text | meant | said | by |", "|---|---|---|---|"]
        ordered = sorted(pairs, key=lambda pair: (pair[1].level.rank, pair[0].idea))
        lines += [_mistake(one, finding) for one, finding in ordered[:MOST_LISTED]]
    return lines


def _mistake(one: Example, finding: Finding) -> str:
    by = finding.evidence[0].rule if finding.evidence else "nothing"
    text = one.text.replace("|", "/").replace("\n", " / ")
    return f"| {text} | {one.language}, {one.danger or 'none'}, {one.level} | {finding.level} | `{by}` |"


def _learning(learned: Sequence[Example], book: Rulebook, classifier: TrainedClassifier) -> list[str]:
    """How the training texts fare whose idea, or whose writer, was not learned from."""
    from checkback.distress import training  # noqa: PLC0415 - needs scikit-learn, and minutes
    from checkback.distress.encoding import Encoder  # noqa: PLC0415

    material = training.material_of(learned, book.signs, Encoder())
    found = training.learn(material, with_meaning=True)
    by_idea = training.left_out(material, found, [one.idea for one in learned])
    by_writer = training.left_out(material, found, [one.writer for one in learned])
    rows = [f"| all, by idea | {len(learned)} | {_recalls(by_idea[:, 0], learned)} |"]
    for writer in sorted({one.writer for one in learned}):
        own = [at for at, one in enumerate(learned) if one.writer == writer]
        theirs = [learned[at] for at in own]
        rows.append(f"| writer {writer} | {len(own)} | {_recalls(by_writer[own, 0], theirs)} |")
    weights, constants = training.calibrated(by_idea, material.targets)
    calibration = Calibration(weights.astype(np.float32), constants.astype(np.float32))
    likely = np.round(calibration.probabilities(by_writer.astype(np.float32)), 4)
    return [
        "", "## What it learns from others", "",
        "The classifier alone, on training texts of ideas or writers it was not shown; no patterns. Hard negatives "
        "stand one for one beside the dangers there; J and K wrote them in pairs with the dangers, word beside word.",
        "", "| left out | texts | acute recall at 2 % false | at 5 % | at 10 % |", "|---|---|---|---|---|", *rows,
        *_by_writer(learned, likely, book, classifier),
    ]  # fmt: skip


def _by_writer(learned: Sequence[Example], likely: Floats, book: Rulebook, classifier: TrainedClassifier) -> list[str]:
    """The whole screen on each writer's texts, with what the classifier makes of them not knowing that writer."""
    strangers = DistressScreen(
        book,
        Strangers({one.text: row for one, row in zip(learned, likely, strict=True)}, classifier),
        classifier.mended,
    )
    judged = judge(strangers, learned)
    lines = [
        "", "The whole screen on the same texts, its classifier not having learned from their writer; the patterns are "
        "the same, and were tried on the texts of A, B, C, D, F, G, H, L and M. The thresholds were chosen here.",
        "", f"| writer left out {HEAD[:-1]}| wish for no more texts, heard | where not meant |",
        "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for writer in sorted({one.writer for one in learned}):
        own = [pair for pair in judged if pair[0].writer == writer]
        lines.append(f"{_row(writer, own)} {' | '.join(map(str, _opt_out_shares(own)))} |")
    return lines


@dataclass(frozen=True)
class Strangers:
    """A classifier that judges each text as if it had never met its writer."""

    likely: Mapping[str, Floats]
    classifier: TrainedClassifier
    version = "strangers"

    def judge(self, texts: Sequence[str]) -> list[Opinion]:
        """What is left of a text without its idioms is taken to be as likely as the whole."""
        row = next((self.likely[text] for text in texts if text in self.likely), None)
        return (
            [self.classifier.opinion(text, row) for text in texts] if row is not None else self.classifier.judge(texts)
        )


def _recalls(scores: Iterable[float], examples: Sequence[Example]) -> str:
    acute = np.array([score for score, one in zip(scores, examples, strict=True) if is_acute(one)])
    calm = np.array([score for score, one in zip(scores, examples, strict=True) if is_calm(one)])
    if not len(acute) or not len(calm):
        return "- | - | -"
    return " | ".join(f"{np.mean(acute > np.quantile(calm, 1 - false)):.1%}" for false in (0.02, 0.05, 0.10))


def _speed(book: Rulebook, classifier: TrainedClassifier, texts: Sequence[str]) -> list[str]:
    """By the clock, which a busy machine slows, and in time of the processor."""
    screen = whole_screen(book, classifier)
    alone = [_took(screen, text, ()) for text in texts[:500]]
    recent = [_took(screen, text, texts[at : at + 2]) for at, text in enumerate(texts[:500])]
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    many = [_took(screen, text, texts[at : at + 10]) for at, text in enumerate(texts[:500])]
    rows = [
        f"| {name} | {' | '.join(_middle_and_late(figures))} |"
        for name, figures in (("one text", alone), ("with two recent ones", recent), ("with ten recent ones", many))
    ]
    return [
        "", "## Speed", "", f"With {os.getloadavg()[0]:.1f} programs running on {os.cpu_count()} cores.", "",
        "| | median | p95 | median of the processor's time | p95 |", "|---|---|---|---|---|", *rows, "",
        f"A process with the screen alone: {_fresh()}. This program with all it measures: {resident:.0f} MB.",
    ]  # fmt: skip


def _middle_and_late(figures: Sequence[tuple[float, float]]) -> list[str]:
    return [
        f"{figure:.1f} ms" for each in zip(*figures, strict=True) for figure in (statistics.median(each), _p95(each))
    ]


def _p95(figures: Sequence[float]) -> float:
    return float(np.quantile(figures, 0.95))


def _took(screen: DistressScreen, text: str, recent: Sequence[str]) -> tuple[float, float]:
    """Milliseconds by the clock, and of the processor."""
    begun, worked = time.perf_counter(), time.process_time()
    screen.assess(text, recent)
    return (time.perf_counter() - begun) * 1000, (time.process_time() - worked) * 1000


def _fresh() -> str:
    # VmHWM and not ru_maxrss: the latter is inherited from the program that started it.
    code = (
        "import time; t = time.perf_counter(); from checkback.adapters.distress import PatternScreen;"
        "PatternScreen.loaded().assess('hello there'); took = time.perf_counter() - t;"
        "most = [line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0];"
        "print(f'{took:.1f} s to ready, {int(most) / 1024:.0f} MB resident')"
    )
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def _pictures(parts: Sequence[tuple[str, list[Example], int]], classifier: TrainedClassifier, folder: Path) -> None:
    import matplotlib as mpl  # noqa: PLC0415

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "checkback"
    from matplotlib import pyplot  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    examples = [one for _, found, _ in parts for one in found]
    likely = np.array([float(classifier.probabilities([one.text])[0, 0]) for one in examples])
    acute, calm = (np.array([picked(one) for one in examples]) for picked in (is_acute, is_calm))
    at = classifier.thresholds
    for name, draw in (("calibration", _draw_calibration), ("thresholds", _draw_thresholds)):
        figure, axes = pyplot.subplots(figsize=(6, 4))
        draw(axes, likely, acute, calm)
        if name == "thresholds":
            for value, word in ((at.ask, "ask"), (at.page, "page")):
                axes.axvline(value, color="gray", linestyle="--")
                axes.text(value, 1.02, word, ha="center")
        axes.legend()
        figure.tight_layout()
        figure.savefig(folder / f"distress-{name}.svg", metadata={"Date": None})
        pyplot.close(figure)


def _draw_calibration(axes, likely, acute, _calm) -> None:  # type: ignore[no-untyped-def]
    edges = np.linspace(0, 1, 11)
    rows = np.clip(np.digitize(likely, edges) - 1, 0, 9)
    filled = [row for row in range(10) if (rows == row).any()]
    axes.plot([0, 1], [0, 1], color="lightgray")
    axes.plot(
        [likely[rows == row].mean() for row in filled],
        [acute[rows == row].mean() for row in filled],
        "o-",
        label="texts",
    )
    axes.set_xlabel("probability the classifier gives")
    axes.set_ylabel("share that is acute")


def _draw_thresholds(axes, likely, acute, calm) -> None:  # type: ignore[no-untyped-def]
    steps = np.linspace(0, 1, 101)
    axes.plot(steps, [(likely[acute] >= step).mean() for step in steps], label="acute heard")
    axes.plot(steps, [(likely[calm] >= step).mean() for step in steps], label="low and none taken for acute")
    axes.set_xlabel("threshold on the classifier's probability")
    axes.set_ylim(0, 1.08)


def _heading(
    asked: argparse.Namespace, book: Rulebook, classifier: TrainedClassifier, learned: Sequence[Example]
) -> str:
    command = "make evaluate" + (f' ARGS="{asked.said}"' if asked.said else "")
    version = whole_screen(book, classifier).assess("").version
    return f"""# The distress screen, measured

Written by `{command}` on {datetime.now(UTC):%Y-%m-%d}, commit {_commit()}, screen `{version}`,
{len(learned)} training texts; {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}.
Intervals are Wilson's, 95 %.

The texts were invented for this project by people who were given the definitions of the levels and nothing else. The
blind texts are by two writers of their own, N and O; nobody had read them when the screen was made, and nothing
changed after they were measured: they alone measure. What was held out before (writers C and D, then L and M) was read
once it had been measured, and is training text now. Nobody has validated any of this clinically, and no text of a real
family is in it; what the screen misses in use, only reading real texts can say.

The thresholds were chosen before that, on texts of L, M, C, D and a third of the others, each judged by what was
learned without its writer. How hard texts are shows in what the patterns alone hear of them: half of what C and D
wrote, more of plainer texts. What is true of a family's texts lies somewhere between the blind ones and those."""


def _commit() -> str:
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return told.stdout.strip() or "unknown"


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    said = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="evaluate", description="Measure the distress screen on held-out texts.")
    parser.add_argument("--small", action="store_true", help="every tenth idea, no cross-validation")
    parser.add_argument("--held-out-only", action="store_true", help="no cross-validation, which takes many minutes")
    parser.add_argument("--out", type=Path, default=OUT, help="where the page is written")
    asked = parser.parse_args(said)
    asked.said = " ".join(said)
    return asked


if __name__ == "__main__":
    sys.exit(main())
