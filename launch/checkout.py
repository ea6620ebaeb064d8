"""Where things are, and that the state belongs to this very clone."""

import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from launch.locks import locked
from launch.say import say


@dataclass(frozen=True)
class Checkout:
    """One clone of the project; everything generated is below `.yipiao` in it."""

    root: Path

    @classmethod
    def here(cls) -> "Checkout":
        """The clone this file stands in."""
        return cls(Path(__file__).resolve().parent.parent)

    @property
    def state(self) -> Path:
        return self.root / ".yipiao"

    @property
    def venv(self) -> Path:
        return self.state / "venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    def place(self, *names: str) -> Path:
        """A folder of the state, made if missing.

        Run by root the servers belong to another user, who must be able to walk in.
        """
        mode = 0o711 if os.geteuid() == 0 else 0o700
        folder = self.state
        for name in ("", *names):
            folder = folder / name
            if not folder.is_dir():
                folder.mkdir(exist_ok=True)
                folder.chmod(mode)
        return folder

    def has_command(self, name: str) -> bool:
        """Is there a `manage.py` command of that name in this clone?"""
        return any(self.root.glob(f"apps/*/management/commands/{name}.py"))

    def git_folder(self) -> Path | None:
        """The repository behind this clone; None when it was unpacked from an archive."""
        marker = self.root / ".git"
        if marker.is_dir():
            return marker
        if marker.is_file():
            text = marker.read_text().strip()
            if text.startswith("gitdir: "):
                return (self.root / text.removeprefix("gitdir: ")).resolve()
        return None


def identity(checkout: Checkout) -> str:
    """The id shared by the state and the repository.

    A new clone at an old path must not pick up the old clone's database: when the two ids differ,
    the state is set aside, never deleted.
    """
    in_state = checkout.state / "checkout-id"
    git = checkout.git_folder()
    in_git = git / "yipiao-checkout-id" if git else None
    with locked(checkout.root):
        return _agreed_identity(checkout, in_state, in_git)


def _agreed_identity(checkout: Checkout, in_state: Path, in_git: Path | None) -> str:
    if in_state.is_file():
        known = in_state.read_text().strip()
        if in_git is None or (in_git.is_file() and in_git.read_text().strip() == known):
            return known
        aside = checkout.root / f".yipiao.old-{time.strftime('%Y%m%d-%H%M%S')}"
        checkout.state.rename(aside)
        say(f"  The state in .yipiao belongs to another clone: set aside as {aside.name}.")
    checkout.place()
    fresh = secrets.token_hex(8)
    for path in (in_state, in_git):
        if path is not None:
            # Whole or not at all: an empty id would be taken for one.
            draft = path.with_name(path.name + ".new")
            draft.write_text(fresh + "\n")
            draft.replace(path)
    return fresh
