"""Programs that Python's index does not carry: chromium, Chinese fonts, an IMAP server, gettext.

Installed with apt-get where that is allowed (root on Debian); elsewhere the person is told.
"""

import os
import shutil
from pathlib import Path

from launch.say import Trouble, say, step
from launch.stopping import StopSignal

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSER = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
SERVER_FOLDERS = "/usr/sbin:/usr/local/sbin"
CHINESE_FONTS = ("*CJK*", "wqy-*", "*SourceHan*", "DroidSansFallback*")


def browser() -> str | None:
    """A chromium that is on this machine."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    return str(MAC_BROWSER) if MAC_BROWSER.is_file() else None


def has_chinese_font() -> bool:
    """Without one, screenshots of Chinese pages show boxes. macOS has its own."""
    if MAC_BROWSER.parents[3].is_dir():
        return True
    folders = [Path(name).expanduser() for name in FONT_FOLDERS]
    return any(
        next(folder.rglob(pattern), None) is not None
        for folder in folders
        if folder.is_dir()
        for pattern in CHINESE_FONTS
    )


def has_imap_server() -> bool:
    """The test of the inquiry mailbox talks to a real one, and is skipped without it."""
    return bool(shutil.which("dovecot") or shutil.which("dovecot", path=SERVER_FOLDERS))


def missing(*, for_tests: bool) -> list[str]:
    """Debian package names of what this machine lacks."""
    lacking = [] if shutil.which("xgettext") else ["gettext"]
    if for_tests:
        lacking += [] if browser() else ["chromium"]
        lacking += [] if has_chinese_font() else ["fonts-noto-cjk"]
        lacking += [] if has_imap_server() else ["dovecot-imapd"]
    return lacking


def provide(stop_signal: StopSignal, log: Path, *, for_tests: bool) -> None:
    """Install what is missing when we may; otherwise say what is missing."""
    wanted = missing(for_tests=for_tests)
    if not wanted:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        say(f"  Missing on this machine: {', '.join(wanted)}")
        return
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with step(f"Installing {', '.join(wanted)} with apt-get (once)"):
        try:
            for words in (["update"], ["install", "-y", "--no-install-recommends", *wanted]):
                stop_signal.run(["apt-get", "-q", *words], env=env, cwd=Path("/"), log=log)
        except Trouble as trouble:
            say(f"\n{trouble}")


def browser_environment() -> dict[str, str]:
    """For the browser tests: where chromium is, or the sentence they fail with."""
    found = browser()
    if found:
        return {"BROWSER_PATH": found}
    sentence = "No chromium on this machine. On Debian: apt-get install chromium fonts-noto-cjk"
    return {"BROWSER_MISSING": sentence}
