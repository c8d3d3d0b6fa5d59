"""Makes a bare checkout ready: finds or installs uv and both Pythons, and fills both environments from the lock files.

Standard library only, and readable by any Python from 3.9 on, because it runs before anything else is there.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
STAMP = "checkback-setup.json"
HEARTBEAT = 15.0
NEWEST_APPLICATION_PYTHON = (3, 13)
OLDEST_APPLICATION_PYTHON = (3, 11)


class SetupFailed(Exception):
    """Set-up cannot go on; the message is the one line that says what to do."""


@dataclass(frozen=True)
class Runtime:
    """One of the two environments: which Python it takes and which lock file fills it."""

    title: str
    home: Path
    lock: Path
    oldest: tuple[int, int]
    newest: tuple[int, int]
    variable: str
    project: Path | None = None
    """The folder whose package is installed into it, editable and without dependencies."""

    @property
    def python(self) -> Path:
        return self.home / "bin" / "python"

    @property
    def stamp(self) -> Path:
        return self.home / STAMP

    @property
    def range(self) -> str:
        """What uv calls these Pythons."""
        return f">={_dotted(self.oldest)},<{self.newest[0]}.{self.newest[1] + 1}"

    def takes(self, version: tuple[int, int] | None) -> bool:
        return version is not None and self.oldest <= version <= self.newest


APPLICATION = Runtime(
    title="the application",
    home=ROOT / ".venv",
    lock=ROOT / "requirements-dev.lock",
    oldest=OLDEST_APPLICATION_PYTHON,
    newest=NEWEST_APPLICATION_PYTHON,
    variable="PYTHON_3_11",
    project=ROOT,
)
ASSISTANT = Runtime(
    title="the assistant",
    home=ROOT / "bot" / ".venv",
    lock=ROOT / "bot" / "requirements.lock",
    oldest=(3, 10),
    newest=(3, 10),
    variable="PYTHON_3_10",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Set up what is asked for; 0 when all is there, 2 with one line on stderr when it cannot be had."""
    asked = _parse(arguments)
    runtimes = [APPLICATION] if asked.app_only else [APPLICATION, ASSISTANT]
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with _alone():
            for runtime in runtimes:
                ensure(runtime)
    except SetupFailed as failure:
        return _end(2, str(failure))
    except KeyboardInterrupt:
        return _end(130, "stopped; run `make setup` again, it starts over where something is missing")
    except OSError as error:
        return _end(2, f"{error.strerror or error}: {error.filename or ROOT}; mend this and run `make setup` again")
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bootstrap", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--app-only", action="store_true", help="leave the assistant's environment (Rasa, 2.4 GB) out")
    return parser.parse_args(arguments)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _end(code: int, line: str) -> int:
    say(line)
    return code


def say(line: str) -> None:
    """One line of progress."""
    print(f"setup: {line}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Locked, so that `make demo` and `make test` started together do not fill one environment at once."""
    try:
        import fcntl
    except ImportError:
        raise SetupFailed("this needs Linux or macOS; on Windows run it inside WSL") from None
    with (ROOT / ".setup.lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up is at work in this checkout; waiting for it")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


# One environment


def ensure(runtime: Runtime) -> None:
    """Bring one environment to what its lock file says; does nothing when its stamp says it is there already."""
    if is_ready(runtime):
        return
    uv = find_uv()
    runtime.stamp.unlink(missing_ok=True)
    if not _is_usable(runtime):
        _create(runtime, uv)
    count = sum(line[:1].isalnum() for line in runtime.lock.read_text(encoding="utf-8").splitlines())
    say(f"installing {runtime.title}: up to {count} packages from {runtime.lock.relative_to(ROOT)}")
    _install(runtime, uv)
    _write_stamp(runtime)
    say(f"{runtime.title} is ready")


def is_ready(runtime: Runtime) -> bool:
    """True if the environment works, stands where it was made, and was filled from the lock file as it is now."""
    try:
        return bool(json.loads(runtime.stamp.read_text(encoding="utf-8")) == _fingerprint(runtime))
    except (OSError, ValueError):
        return False


def _fingerprint(runtime: Runtime) -> dict[str, str]:
    """Changes when the environment must be filled anew: other locks, another package, another place or Python."""
    inputs = [runtime.lock] if runtime.project is None else [runtime.lock, runtime.project / "pyproject.toml"]
    return {
        "inputs": hashlib.sha256(b"".join(path.read_bytes() for path in inputs)).hexdigest(),
        "home": str(runtime.home),
        "python": _dotted(version_of(runtime.python)),
    }


def _write_stamp(runtime: Runtime) -> None:
    """Written last and in one move, so that an interrupted set-up is never taken for a finished one."""
    draft = runtime.stamp.with_suffix(".draft")
    draft.write_text(json.dumps(_fingerprint(runtime)), encoding="utf-8")
    draft.replace(runtime.stamp)


def _is_usable(runtime: Runtime) -> bool:
    """A virtual environment breaks when its interpreter is removed or when its folder is moved or copied."""
    script = runtime.home / "bin" / "activate"
    stands_here = script.exists() and str(runtime.home) in script.read_text(encoding="utf-8", errors="replace")
    return stands_here and runtime.takes(version_of(runtime.python))


def _create(runtime: Runtime, uv: Path) -> None:
    python = find_python(runtime, uv)
    say(f"{runtime.title} runs on Python {_dotted(version_of(python))} ({python})")
    if runtime.home.is_symlink():
        runtime.home.unlink()
    shutil.rmtree(runtime.home, ignore_errors=True)
    run([uv, "venv", "--quiet", "--no-project", "--python", python, runtime.home], f"cannot create {runtime.home}")


def _install(runtime: Runtime, uv: Path) -> None:
    mend = f"installing {runtime.title} failed; see above, check network and disk, then run `make setup` again"
    target: list[str | Path] = ["--python", runtime.python]
    # Compiled now and once: Rasa starts in a third of the time, also where Python may not write beside its packages.
    run([uv, "pip", "sync", *target, "--require-hashes", "--compile-bytecode", runtime.lock], mend)
    if runtime.project is not None:
        # The build tool comes hashed from the lock, so nothing is fetched that is not in it.
        run([uv, "pip", "install", *target, "--no-deps", "--no-build-isolation", "--editable", runtime.project], mend)


# Finding Pythons


def find_python(runtime: Runtime, uv: Path) -> Path:
    """A Python this runtime takes: named, running, found, or installed by uv, in that order."""
    for search in (_named, _running, _found_by_uv, _lying_about, _installed_by_uv):
        python = search(runtime, uv)
        if python is not None:
            return python
    version = _dotted(runtime.newest)
    raise SetupFailed(
        f"{runtime.title} needs Python {runtime.range}: install one (`uv python install {version}` or `pyenv install "
        f"{version}`) or set {runtime.variable}=/path/to/python, then run `make setup` again"
    )


def _named(runtime: Runtime, _uv: Path) -> Path | None:
    named = os.environ.get(runtime.variable)
    if not named:
        return None
    python = Path(named).expanduser()
    if not runtime.takes(version_of(python)):
        raise SetupFailed(f"{runtime.variable}={named} is no working Python {runtime.range}; correct or unset it")
    return python


def _running(runtime: Runtime, _uv: Path) -> Path | None:
    return Path(sys.executable) if runtime.takes(sys.version_info[:2]) else None


def _found_by_uv(runtime: Runtime, uv: Path) -> Path | None:
    # uv gives up at the first broken pyenv shim, so this is one search of several and may fail.
    return _first_working(runtime, [_answer([uv, "python", "find", "--no-project", runtime.range])])


def _lying_about(runtime: Runtime, _uv: Path) -> Path | None:
    """Where pyenv and the distributions keep Pythons, newest first. Absolute paths: shims work in some folders only."""
    names = [_dotted((3, minor)) for minor in range(runtime.newest[1], runtime.oldest[1] - 1, -1)]
    pyenvs = [Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser(), Path("~/.pyenv").expanduser()]
    found = [
        str(python)
        for name in names
        for pattern, folder in (
            *((f"versions/{name}.*/bin/python{name}", pyenv) for pyenv in pyenvs),
            *((f"python{name}", Path(folder)) for folder in ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")),
        )
        for python in sorted(folder.glob(pattern), reverse=True)
    ]
    return _first_working(runtime, [*found, *(shutil.which(f"python{name}") for name in names)])


def _installed_by_uv(runtime: Runtime, uv: Path) -> Path | None:
    if os.environ.get("UV_PYTHON_DOWNLOADS") == "never":
        return None
    version = _dotted(runtime.newest)
    say(f"no Python {version} on this machine; asking uv to install one")
    with contextlib.suppress(SetupFailed):
        run([uv, "python", "install", version], "uv could not install it")
    return _first_working(runtime, [_answer([uv, "python", "find", "--no-project", "--managed-python", version])])


def _first_working(runtime: Runtime, candidates: Sequence[str | None]) -> Path | None:
    pythons = (Path(candidate) for candidate in candidates if candidate)
    return next((python for python in pythons if runtime.takes(version_of(python))), None)


def version_of(python: Path) -> tuple[int, int] | None:
    """The version of a Python by asking it, or None when it does not answer: a shim may be there and not work."""
    answer = _answer([python, "-I", "-S", "-c", "import sys; print(*sys.version_info[:2])"])
    try:
        major, minor = (int(part) for part in (answer or "").split())
    except ValueError:
        return None
    return major, minor


def _dotted(version: tuple[int, int] | None) -> str:
    return "none" if version is None else f"{version[0]}.{version[1]}"


# Finding uv


def find_uv() -> Path:
    """uv from $UV, from PATH, or installed into `.tools` inside the checkout."""
    named = os.environ.get("UV")
    if named and not _works_as_uv(Path(named)):
        raise SetupFailed(f"UV={named} is no working uv; correct or unset it")
    for candidate in (named, shutil.which("uv"), str(TOOLS / "bin" / "uv")):
        if candidate and _works_as_uv(Path(candidate)):
            return Path(candidate)
    return _install_uv()


def _works_as_uv(candidate: Path) -> bool:
    return (_answer([candidate, "--version"]) or "").startswith("uv ")


def _install_uv() -> Path:
    say("installing uv into .tools")
    wanted: list[str | Path] = [
        "--quiet",
        "--require-hashes",
        "--only-binary=:all:",
        "-r",
        ROOT / "scripts" / "requirements.lock",
    ]
    for attempt in (_uv_in_an_environment, _uv_in_a_folder):
        shutil.rmtree(TOOLS, ignore_errors=True)
        with contextlib.suppress(SetupFailed):
            attempt(wanted)
        if _works_as_uv(TOOLS / "bin" / "uv"):
            return TOOLS / "bin" / "uv"
    raise SetupFailed(
        "uv could not be installed: check the network (see above), install Python's venv or pip module "
        "(Debian: `apt-get install python3-venv`), or put uv on PATH; then run `make setup` again"
    )


def _uv_in_an_environment(wanted: Sequence[str | Path]) -> None:
    run([sys.executable, "-m", "venv", TOOLS], "no venv module here", quiet=True)
    run([TOOLS / "bin" / "python", "-m", "pip", "install", *wanted], "pip failed")


def _uv_in_a_folder(wanted: Sequence[str | Path]) -> None:
    # Debian without python3-venv has no ensurepip, but may have pip.
    run([sys.executable, "-m", "pip", "install", "--target", TOOLS, *wanted], "pip failed")


# Running programs


def _environment() -> Mapping[str, str]:
    """Ours, with the machine's own certificates, since many networks look into TLS and uv brings a list of its own."""
    settings = {"UV_SYSTEM_CERTS": "1", "UV_NO_PROGRESS": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    hidden = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "CONDA_PREFIX")
    return {**settings, **{name: value for name, value in os.environ.items() if name not in hidden}}


def run(command: Sequence[str | Path], mend: str, *, quiet: bool = False) -> None:
    """Run a program to its end, with a line now and then while it works and its last lines when it fails.

    Raises:
        SetupFailed: it ended badly; `mend` is what to say.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        code = _wait(
            subprocess.Popen(
                [str(part) for part in command], cwd=ROOT, env=_environment(), stdout=output, stderr=output
            )
        )
        if code == 0:
            return
        if not quiet:
            output.seek(0)
            for line in output.read().splitlines()[-15:]:
                say(f"  {line}")
    raise SetupFailed(mend)


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Its exit code. Whatever interrupts the waiting ends the program too."""
    begun = time.monotonic()
    try:
        while True:
            try:
                return process.wait(HEARTBEAT)
            except subprocess.TimeoutExpired:
                say(f"  still at it after {time.monotonic() - begun:.0f} s")
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def _answer(command: Sequence[str | Path]) -> str | None:
    """What a small program prints, or None when it fails."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=ROOT,
            env=_environment(),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


if __name__ == "__main__":
    sys.exit(main())
