"""bin/check: everything that reads the code without running the product."""

import base64
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from launch import packages, pins, proofs
from launch.checkout import Checkout
from launch.installing import prepare
from launch.say import Trouble, say
from launch.stopping import Stopped, StopSignal

# As strict as production; the addresses are never dialled.
PRODUCTION_LIKE = {
    "SECRET_KEY": "for-checking-only-" + "x7Kq9ZpL2mVb4NcT8wRj5Hs" * 3,
    "FIELD_KEYS": "k1:" + base64.b64encode(b"for checking only, 32 bytes long").decode(),
    "BLIND_INDEX_KEY": "for-checking-only",
    "DATABASE_URL": "postgresql://yipiao_app:none@127.0.0.1:9/yipiao",
    "DATABASE_OWNER_URL": "postgresql://yipiao_owner:none@127.0.0.1:9/yipiao",
    "REDIS_URL": "redis://127.0.0.1:9/0",
    "ALLOWED_HOSTS": "yipiao.example",
    "CSRF_TRUSTED_ORIGINS": "https://yipiao.example",
    "HTTPS_ONLY": "1",
    "TRUSTED_PROXIES": "1",
    "DEBUG": "0",
}
NO_DATABASE = "ignore:Got an error checking a consistent migration history"


def environment(checkout: Checkout) -> dict[str, str]:
    """As strict as production, whatever the shell says, and without a database."""
    env = {**os.environ, **PRODUCTION_LIKE, "DJANGO_SETTINGS_MODULE": "config.settings"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**env, "PYTHONPATH": str(checkout.root)}


@dataclass
class Result:
    name: str
    passed: bool
    words: str
    seconds: float


class Checks:
    """Each check is a method of commands or plain Python; all run, whatever fails."""

    def __init__(self, checkout: Checkout) -> None:
        self.checkout = checkout
        self.env = environment(checkout)

    def commands(self) -> dict[str, list[str]]:
        """Name → command, in the environment of a production machine."""
        tools = self.checkout.venv / "bin"
        python = str(self.checkout.python)
        manage = [python, "-W", NO_DATABASE, "manage.py"]
        return {
            "types": [python, "-m", "mypy", "apps", "config", "launch"],
            "lint": [python, "-m", "ruff", "check", "."],
            "format": [python, "-m", "ruff", "format", "--check", "."],
            "floors and rooms": [str(tools / "python"), str(tools / "lint-imports")],
            "migrations match models": [*manage, "makemigrations", "--check", "--dry-run"],
            "fit for production": [*manage, "check", "--deploy", "--fail-level", "WARNING"],
            "Chinese is complete": [*manage, "messages", "missing", "--fail"],
            "the floors are drawn": [*manage, "draw_floors", "--check"],
            "docker-compose.yml": [
                *(python, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"),
                "docker-compose.yml",
            ],
        }

    def functions(self) -> dict[str, Callable[[], tuple[bool, str]]]:
        """Name → check written here."""
        return {
            "every requirement says why": self.requirements_say_why,
            "pins match requirements": self.pins_match,
            "requirement proofs": self.requirement_proofs,
        }

    def requirements_say_why(self) -> tuple[bool, str]:
        bare = [
            f"{name}: {line}"
            for name in ("requirements.in", "requirements-dev.in")
            for line in pins.unexplained((self.checkout.root / name).read_text())
        ]
        return not bare, "\n".join(bare)

    def pins_match(self) -> tuple[bool, str]:
        wrong = []
        for name in ("requirements", "requirements-dev"):
            wanted = (self.checkout.root / f"{name}.in").read_text()
            wrong += pins.stale(wanted, (self.checkout.root / f"{name}.txt").read_text())
        return not wrong, "\n".join(wrong)

    def requirement_proofs(self) -> tuple[bool, str]:
        """A report: what is not proven yet is the work ahead. A mark for no requirement is wrong."""
        return proofs.report(self.checkout.root)

    def run_command(self, name: str, argv: list[str]) -> Result:
        begun = time.monotonic()
        done = subprocess.run(
            argv,
            cwd=self.checkout.root,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        return Result(name, done.returncode == 0, done.stdout, time.monotonic() - begun)

    def run_function(self, name: str, function: Callable[[], tuple[bool, str]]) -> Result:
        begun = time.monotonic()
        passed, words = function()
        return Result(name, passed, words, time.monotonic() - begun)

    def run(self, chosen: list[str]) -> list[Result]:
        """Two at a time; each is reported when done."""
        with ThreadPoolExecutor(2) as pool:
            jobs = [
                pool.submit(self.run_command, name, argv)
                for name, argv in self.commands().items()
                if not chosen or name in chosen
            ]
            jobs += [
                pool.submit(self.run_function, name, function)
                for name, function in self.functions().items()
                if not chosen or name in chosen
            ]
            results = []
            for job in jobs:
                result = job.result()
                show(result)
                results.append(result)
        return results


def show(result: Result) -> None:
    """One line; the words of a check that failed, and of a report."""
    mark = "passed" if result.passed else "FAILED"
    say(f"{mark}  {result.name}  {result.seconds:.1f} s")
    if not result.passed or result.name == "requirement proofs":
        say("\n".join(f"    {line}" for line in result.words.strip().splitlines()))


def set_up(checkout: Checkout) -> int:
    """The environment and its tools; an exit code, 0 where all is there."""
    logs = checkout.place("logs")
    reading, _held = os.pipe()
    stop_signal = StopSignal(reading)
    stop_signal.listen_to_signals()
    try:
        prepare(checkout, "dev", stop_signal, logs / "setup.log")
        packages.provide(stop_signal, logs / "setup.log", for_tests=False)
    except Stopped:
        return 130
    except Trouble as trouble:
        say(str(trouble))
        return 1
    listen_no_more()
    return 0


def manage(words: list[str]) -> int:
    """bin/manage: a command of Django that needs no database ("makemigrations customers"); its exit code."""
    checkout = Checkout.here()
    if failed := set_up(checkout):
        return failed
    argv = [str(checkout.python), "-W", NO_DATABASE, "manage.py", *words]
    return subprocess.run(
        argv, cwd=checkout.root, env=environment(checkout), check=False
    ).returncode


def front(words: list[str]) -> int:
    """Runs the named checks, or all of them; exit code 1 when any failed."""
    checkout = Checkout.here()
    if failed := set_up(checkout):
        return failed
    checks = Checks(checkout)
    known = [*checks.commands(), *checks.functions()]
    unknown = [word for word in words if word not in known]
    if unknown:
        say(f"No check is called {unknown[0]!r}; there are: {', '.join(known)}")
        return 2
    results = checks.run(words)
    wrong = [result.name for result in results if not result.passed]
    if wrong:
        say(f"\nFailed: {', '.join(wrong)}")
        return 1
    say(f"\nAll {len(results)} checks passed.")
    return 0


def listen_no_more() -> None:
    """From here on Ctrl-C ends the checks themselves, in their process group."""
    import signal

    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


__all__ = ["Checks", "Path", "front", "manage"]
