"""Feeds the parsers that meet the outside with noise that learns: what it runs through decides what it tries next.

    make fuzz                                  every target for a minute
    make fuzz ARGS="form --runs 1000000"       one target, so many runs
    make fuzz ARGS="--seconds 3600 --seed 7"   longer, from another beginning

A target says what must hold of every input; the first of which it does not is kept as `crash-…` beside the corpus in
`var/fuzz`, and the exit code is not 0. The noise is made by Atheris on libFuzzer (Apache-2.0).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import parse_qsl, quote_plus, unquote, unquote_to_bytes

import atheris  # type: ignore[import-untyped]

#: Where the noise learns: our own readers, and what they lean on.
INSTRUMENTED = [
    "checkback.adapters.twilio_webhooks",
    "checkback.care.rules",
    "phonenumbers.phonenumberutil",
]

with atheris.instrument_imports(include=INSTRUMENTED):
    from checkback.adapters.twilio_webhooks import Signatures, read_form
    from checkback.care.errors import InvalidPhone
    from checkback.care.rules import commands, keywords, readings
    from checkback.care.rules.phones import e164
    from checkback.care.rules.writers import writer

for part in (parse_qsl, unquote, unquote_to_bytes):  # imported by others before we could say so
    atheris.instrument_func(part)

CORPUS = Path("var/fuzz")
_SEEDS: Mapping[str, tuple[bytes, ...]] = {
    "form": (b"Body=Hola+%C2%BF%F0%9F%98%80&From=%2B13145550101&ToZip=&Body=", b"a=1&&b;c=%zz&%ff=%00"),
    "phone": (b"(314) 555-0101", b"+13145550101 x5", "３１４５５５０１０１".encode()),
    "text": (b"STOP", b"ack 12 20", b"aGUgaGFzIGEgZ3Vu", b"whatsapp:+13145550101", "dừng lại".encode()),
}
_SIGNATURES = Signatures(["a-token-of-nobody"], "https://gate.example.org")


def read_any_form(data: bytes) -> None:
    """A form is refused with a ValueError, or read so that it can be written and read again; nothing signs itself."""
    try:
        fields = read_form(data)
    except ValueError:
        return
    again = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields).encode()
    if read_form(again) != fields:
        raise AssertionError("a form is not what was read from it")
    if _SIGNATURES.is_signed("/twilio/inbound", b"", data, data.decode("latin-1")):
        raise AssertionError("a form that signs itself")


def read_any_phone(data: bytes) -> None:
    """A number is refused with InvalidPhone, or has one form that stays itself."""
    try:
        number = e164(data.decode("utf-8", "replace"))
    except InvalidPhone:
        return
    if not (number.startswith("+") and number[1:].isascii() and number[1:].isdigit()) or e164(number) != number:
        raise AssertionError("a number that is none")


def read_any_text(data: bytes) -> None:
    """Whatever a phone writes, from whatever address: every reader has an answer."""
    text = data.decode("utf-8", "replace")
    said = readings.decoded(text)
    if said is not None and not any(char.isalpha() for char in said):
        raise AssertionError("a reading without a letter")
    if keywords.stops(text) and keywords.folded(text) not in keywords.OPT_OUTS:
        raise AssertionError("the carrier stops, and we do not")
    command = commands.parse(text)
    if command is not None and command.verb is commands.Verb.RESOLVE and command.number is None:
        raise AssertionError("an ending without its number")
    if writer(text).can_be_texted:
        read_any_phone(data)


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "form": read_any_form,
    "phone": read_any_phone,
    "text": read_any_text,
}


def main() -> int:
    """Run one target in this process, or each in one of its own."""
    asked = _arguments()
    if asked.target is None:
        return max(_in_a_process(target, asked) for target in TARGETS)
    corpus: Path = asked.corpus / asked.target
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(_SEEDS[asked.target]):
        (corpus / f"seed-{number}").write_bytes(seed)
    limit = f"-runs={asked.runs}" if asked.runs else f"-max_total_time={asked.seconds}"
    options = [limit, f"-seed={asked.seed}", "-max_len=4096", f"-artifact_prefix={corpus.parent}/", "-timeout=10"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], TARGETS[asked.target])
    atheris.Fuzz()  # ends the process
    return 0


def _in_a_process(target: str, asked: argparse.Namespace) -> int:
    print(f"fuzz: {target}", flush=True)
    more = [f"--runs={asked.runs}", f"--seconds={asked.seconds}", f"--seed={asked.seed}", f"--corpus={asked.corpus}"]
    return abs(subprocess.run([sys.executable, "-m", "scripts.fuzz", target, *more], check=False).returncode)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("target", nargs="?", choices=sorted(TARGETS), help="one target; all of them without it")
    parser.add_argument("--runs", type=int, default=0, help="so many inputs; 0 is as many as fit into the time")
    parser.add_argument("--seconds", type=int, default=60, help="how long each target runs")
    parser.add_argument("--seed", type=int, default=1, help="the same seed and runs try the same inputs")
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="where inputs that led somewhere new are kept")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
