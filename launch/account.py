"""Whom the database server runs as: PostgreSQL refuses to be root."""

import ctypes
import os
import pwd
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from launch.say import Trouble

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Account:
    """A user without rights that root hands the database server to."""

    uid: int
    gid: int


def server_account() -> Account | None:
    """None when we are a normal user already."""
    if os.geteuid() != 0:
        return None
    try:
        found = pwd.getpwnam("nobody")
    except KeyError:
        others = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
        if not others:
            raise Trouble("No user other than root exists to run PostgreSQL as.") from None
        found = others[0]
    return Account(found.pw_uid, found.pw_gid)


def reachable(folder: Path, account: Account | None) -> bool:
    """May that user walk into the folder? Asked by trying, so that ACLs and mounts count."""
    if account is None:
        return True
    tried = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)],
        cwd="/",
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return tried.returncode == 0


def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


LIBC = _libc()


def die_with_parent(signal_number: int) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends the signal when the parent is killed (Linux).

    The second line of defence, for the case that even the supervisor is killed with -9.
    """
    parent = os.getpid()

    def ask_kernel() -> None:
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
            if os.getppid() != parent:
                os.kill(os.getpid(), signal_number)

    return ask_kernel


def borrow_a_name() -> Callable[[], None] | None:
    """For `preexec_fn` of initdb, which insists on a name for its user id.

    In a container the id may have none; a user namespace lends it one. None when not needed.
    """
    uid, gid = os.geteuid(), os.getegid()
    try:
        pwd.getpwuid(uid)
    except KeyError:
        pass
    else:
        return None
    names = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
    if LIBC is None or not names:
        raise Trouble(
            f"The user id {uid} has no name on this machine and PostgreSQL's initdb wants one. "
            "Add it to /etc/passwd or set DATABASE_URL to a server that runs already."
        )
    lent = names[0]

    def enter_namespace() -> None:
        if LIBC.unshare(CLONE_NEWUSER) != 0:
            raise OSError(ctypes.get_errno(), "no user namespace to be had")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{lent.pw_uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{lent.pw_gid} {gid} 1")

    return enter_namespace
