"""Measures how well the assistant understands texts of writers it did not learn from, beside Rasa's default pipeline.

    bot/.venv/bin/python -m scripts.understanding                 writes docs/measured/understanding.md and the picture
    bot/.venv/bin/python -m scripts.understanding --default       also trains Rasa's default pipeline; many minutes

Two measures. *Other writers*: the writers of data/nlu are split in two halves that both cover every label, and each
half is understood by what was learned from the other. *Held out*: tests/conversations/heldout, written by people who
saw none of the training texts, read by nobody before the pipeline was as it is; once measured they are spent. What
stands nearly word for word in the training texts is left out and counted.
"""

from __future__ import annotations

import argparse
import platform
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
from ruamel.yaml import YAML

from actions.needs import place_meant
from actions.times import moment_in
from bot.folding import fold
from bot.meaning import Classifier, Encoder
from bot.reading import NONE, score_in

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data" / "nlu"
HELD_OUT = ROOT / "tests" / "conversations" / "heldout"
ENTITIES = ROOT / "tests" / "conversations" / "entities.yml"
OUT = ROOT / "docs" / "measured" / "understanding.md"
PICTURE = "understanding-confusion.svg"
HOUSE = "house"
#: Halves of the writers; both cover every label.
HALVES = (("p", "r", "t", "v"), ("q", "s", "u", "x"))
#: Texts whose words overlap by more than this are the same text.
TWIN = 0.85
LEFT_OUT = frozenset({"start_check_in"})
SPOKEN = {"en": "English", "es": "Spanish"}
WORST = 20
#: So many texts are understood one by one, to see what one costs.
TIMED = 200
HEAD = (
    "| pipeline | learned from | asked | macro F1 | right | training | a text | size |",
    "|---|---|---|---|---|---|---|---|",
)

READERS: dict[str, Callable[[str], str | None]] = {"number": score_in, "time": moment_in, "place": place_meant}
JUDGED = ("right", "nothing", "else")

Understand = Callable[[Sequence["Example"], Sequence[str]], "Understood"]


@dataclass(frozen=True)
class Example:
    """A text, what it means, and whose it is."""

    text: str
    label: str
    writer: str
    language: str


@dataclass(frozen=True)
class Understood:
    """What a pipeline made of some texts, and what that cost."""

    labels: Sequence[str]
    train_seconds: float
    milliseconds: float
    size: int


def taught() -> list[Example]:
    """Every training text; its language is not written down there."""
    found = []
    for path in sorted(DATA.glob("*.yml")):
        writer = path.stem.partition("-")[2] or HOUSE
        for part in YAML(typ="safe").load(path)["nlu"]:
            if part["intent"] not in LEFT_OUT:
                texts = [line.strip().removeprefix("- ") for line in part["examples"].splitlines()]
                found += [Example(text, part["intent"], writer, "") for text in texts]
    return found


def held_out() -> list[Example]:
    """The held-out texts; nothing when there are none."""
    return [
        Example(text, read["label"], path.stem.partition("-")[0], read["language"])
        for path in sorted(HELD_OUT.glob("*.yml"))
        for read in [YAML(typ="safe").load(path)]
        for text in read["texts"]
    ]


def without_twins(asked: Sequence[Example], known: Sequence[Example]) -> list[Example]:
    """Those of `asked` that do not stand nearly word for word among `known`."""
    seen = {fold(one.text) for one in known}
    by_word: dict[str, list[frozenset[str]]] = {}
    for one in known:
        words = frozenset(fold(one.text).split())
        for word in words:
            by_word.setdefault(word, []).append(words)
    return [one for one in asked if fold(one.text) not in seen and not _is_twin(one, by_word)]


def _is_twin(one: Example, by_word: dict[str, list[frozenset[str]]]) -> bool:
    words = frozenset(fold(one.text).split())
    near = (other for word in words for other in by_word.get(word, ()))
    return any(len(words & other) / len(words | other) > TWIN for other in near)


def lean(known: Sequence[Example], texts: Sequence[str]) -> Understood:
    """The pipeline as config.yml has it: known examples as they are, else by the nearest sentences."""
    encoder = Encoder()
    began = time.perf_counter()
    classifier = Classifier.learn(encoder.encode([one.text for one in known]), [one.label for one in known])
    trained = time.perf_counter() - began
    began = time.perf_counter()
    for text in texts[:TIMED]:
        classifier.scores(encoder.encode([text]))
    each = (time.perf_counter() - began) / len(texts[:TIMED]) * 1000
    labels = [classifier.labels[int(best)] for best in classifier.scores(encoder.encode(texts)).argmax(axis=1)]
    return Understood(labels, trained, each, classifier.nbytes)


def default(known: Sequence[Example], texts: Sequence[str]) -> Understood:
    """Rasa's default NLU pipeline: sparse features and DIET, 100 epochs."""
    from rasa.core.agent import Agent  # noqa: PLC0415 - takes long to import
    from rasa.model_training import train_nlu  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        (at / "config.yml").write_text(_DEFAULT, "utf-8")
        by: dict[str, list[str]] = {}
        for one in known:
            by.setdefault(one.label.replace("/", "__"), []).append(one.text.replace("[", "(").replace("{", "("))
        parts = [
            {"intent": label, "examples": "".join(f"- {text}\n" for text in set(all_))} for label, all_ in by.items()
        ]
        with (at / "nlu.yml").open("w") as file:
            YAML().dump({"version": "3.1", "nlu": parts}, file)
        began = time.perf_counter()
        model = train_nlu(str(at / "config.yml"), str(at / "nlu.yml"), folder, fixed_model_name="default")
        trained = time.perf_counter() - began
        agent = Agent.load(str(model))
        return _asked(agent, texts, trained, Path(str(model)).stat().st_size)


def _asked(agent: object, texts: Sequence[str], trained: float, size: int) -> Understood:
    import asyncio  # noqa: PLC0415

    async def all_of_them() -> list[str]:
        return [(await agent.parse_message(text))["intent"]["name"].replace("__", "/") for text in texts]  # type: ignore[attr-defined]

    began = time.perf_counter()
    labels = asyncio.run(all_of_them())
    return Understood(labels, trained, (time.perf_counter() - began) / len(texts) * 1000, size)


_DEFAULT = """
recipe: default.v1
language: en
assistant_id: default
pipeline:
- name: WhitespaceTokenizer
- name: RegexFeaturizer
- name: LexicalSyntacticFeaturizer
- name: CountVectorsFeaturizer
- name: CountVectorsFeaturizer
  analyzer: char_wb
  min_ngram: 1
  max_ngram: 4
- name: DIETClassifier
  epochs: 100
  constrain_similarities: true
"""


def scores(asked: Sequence[Example], labels: Sequence[str]) -> dict[str, tuple[float, int]]:
    """F1 and the number of texts, label by label."""
    right = Counter(one.label for one, said in zip(asked, labels, strict=True) if one.label == said)
    wanted, told = Counter(one.label for one in asked), Counter(labels)
    return {label: (2 * right[label] / (wanted[label] + told[label]), wanted[label]) for label in wanted}


def macro(asked: Sequence[Example], labels: Sequence[str]) -> float:
    found = scores(asked, labels)
    return sum(f1 for f1, _ in found.values()) / len(found)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--default", action="store_true", help="train Rasa's default pipeline too")
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args(arguments)
    ways: dict[str, Understand] = {"ours": lean}
    if asked.default:
        ways["Rasa's default (DIET, 100 epochs)"] = default
    examples, fresh = taught(), held_out()
    lines = [*_heading(examples), *_other_writers(examples, ways)]
    if fresh:
        lines += _held_out(examples, fresh, ways, asked.out.parent)
    lines += _entities()
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(text, encoding="utf-8")
    return 0


def _heading(examples: Sequence[Example]) -> list[str]:
    writers = sorted({one.writer for one in examples})
    return [
        "# How well the assistant understands", "",
        f"Measured {datetime.now(timezone.utc):%Y-%m-%d} by `make evaluate` on {platform.machine()}, Python "  # noqa: UP017 - 3.10
        f"{platform.python_version()}. {len(examples)} training texts in English and Spanish, "
        f"{len({one.label for one in examples})} labels, {len(writers)} writers ({', '.join(writers)}). "
        "A need counts as "
        "a label of its own; doubt (the fallback) is not used here: the best label counts, however unsure.",
    ]  # fmt: skip


def _other_writers(examples: Sequence[Example], ways: dict[str, Understand]) -> list[str]:
    lines = [
        "", "## Other writers", "",
        "Learned from one half of the writers, asked what the other half wrote.", "",
        *HEAD,
    ]  # fmt: skip
    for known_by, asked_by in (HALVES, HALVES[::-1]):
        known = [one for one in examples if one.writer in (HOUSE, *known_by)]
        asked = without_twins([one for one in examples if one.writer in asked_by], known)
        for name, understand in ways.items():
            made = understand(known, [one.text for one in asked])
            lines.append(_row(name, "house, " + ", ".join(known_by), ", ".join(asked_by), asked, made))
    return lines


def _row(name: str, known: str, by: str, asked: Sequence[Example], made: Understood) -> str:
    right = sum(one.label == said for one, said in zip(asked, made.labels, strict=True)) / len(asked)
    cells = (
        name, known, f"{by}: {len(asked)}", f"{macro(asked, made.labels):.3f}", f"{right:.1%}",
        f"{made.train_seconds:.0f} s", f"{made.milliseconds:.1f} ms", f"{made.size / 1e6:.1f} MB",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _held_out(
    examples: Sequence[Example], fresh: Sequence[Example], ways: dict[str, Understand], folder: Path
) -> list[str]:
    asked = without_twins(fresh, examples)
    lines = [
        "", "## Held out", "",
        f"{len(asked)} texts of writers {', '.join(sorted({one.writer for one in asked}))}; "
        f"{len(fresh) - len(asked)} more were left out as near twins of training texts.", "",
        *HEAD,
    ]  # fmt: skip
    made = {name: understand(examples, [one.text for one in asked]) for name, understand in ways.items()}
    lines += [_row(name, "all", "all", asked, found) for name, found in made.items()]
    for code, language in SPOKEN.items():
        for name, found in made.items():
            of_it = [(one, said) for one, said in zip(asked, found.labels, strict=True) if one.language == code]
            some = Understood([said for _, said in of_it], found.train_seconds, found.milliseconds, found.size)
            lines.append(_row(name, "all", language, [one for one, _ in of_it], some))
    ours = made["ours"].labels
    lines += ["", "| label | F1 | texts |", "|---|---|---|"]
    lines += [f"| {label} | {f1:.2f} | {count} |" for label, (f1, count) in sorted(scores(asked, ours).items())]
    mixed = Counter((one.label, said) for one, said in zip(asked, ours, strict=True) if one.label != said)
    lines += ["", "What is mistaken for what most often:", "", "| meant | understood | times |", "|---|---|---|"]
    lines += [f"| {meant} | {said} | {times} |" for (meant, said), times in mixed.most_common(WORST)]
    lines += ["", f"![confusion]({PICTURE})"]
    _draw(asked, ours, folder / PICTURE)
    return lines


def _entities() -> list[str]:
    """What is read out of a text, against what somebody read in it."""
    lines = [
        "", "## Numbers, times, places", "",
        "Texts of writer Y that answer how bad it is, when it suits and where they are, and what a person read in "
        "them. A number is right when it is the one that counts, nothing where there is none; a time or a place, when "
        "no word that matters is lost. Numbers in words are read by text2num; times, ZIP codes and names by "
        "expressions of our own. A child's age is read from no text: it comes with the incident.", "",
        "| what | language | texts | right | nothing found | something else |",
        "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for part in YAML(typ="safe").load(ENTITIES):
        found = Counter(_judged(part["entity"], text, wanted) for text, wanted in part["texts"])
        cells = (part["entity"], SPOKEN[part["language"]], len(part["texts"]), *(found[how] for how in JUDGED))
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return lines


def _judged(entity: str, text: str, wanted: Sequence[str]) -> str:
    told = READERS[entity](text) or ""
    told = "" if told == NONE else told
    is_right = told == wanted[0] if entity == "number" else all(fold(words) in fold(told) for words in wanted)
    return "right" if is_right else "else" if told else "nothing"


def _draw(asked: Sequence[Example], labels: Sequence[str], path: Path) -> None:
    """Rows are what was meant, columns what was understood; the darker, the more of the row."""
    names = sorted({one.label for one in asked} | set(labels))
    count = Counter((one.label, said) for one, said in zip(asked, labels, strict=True))
    wanted = Counter(one.label for one in asked)
    cell, left, top = 11, 190, 190
    size = cell * len(names)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + size + 10}" height="{top + size + 10}" '
        'font-family="sans-serif" font-size="9"><rect width="100%" height="100%" fill="white"/>'
    ]
    for place, name in enumerate(names):
        at = place * cell
        parts.append(f'<text x="{left - 4}" y="{top + at + 9}" text-anchor="end">{name}</text>')
        parts.append(f'<text transform="translate({left + at + 9},{top - 4}) rotate(-90)">{name}</text>')
    for (meant, said), times in sorted(count.items()):
        x, y = left + names.index(said) * cell, top + names.index(meant) * cell
        colour = "#1b6e3a" if meant == said else "#b3261e"
        share = times / wanted[meant]
        parts.append(
            f'<rect x="{x}" y="{y}" width="{cell - 1}" height="{cell - 1}" fill="{colour}" fill-opacity="{share:.2f}">'
            f"<title>{meant} understood as {said}: {times} of {wanted[meant]}</title></rect>"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(parts) + "\n</svg>\n", encoding="utf-8")


if __name__ == "__main__":
    np.seterr(all="raise", under="ignore")
    code = main()
    sys.stderr.write(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB\n")
    sys.exit(code)
