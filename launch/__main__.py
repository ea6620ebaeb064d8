"""`python -m launch COMMAND …`: what the scripts in bin/ call."""

import errno
import sys
from collections.abc import Callable

from launch import checking, testing, up
from launch.say import MAKE_ROOM, Trouble, say

COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "up": up.front,
    "supervise-up": up.supervise,
    "test": testing.front,
    "supervise-test": testing.supervise,
    "check": checking.front,
    "manage": checking.manage,
}


def main(words: list[str]) -> int:
    """Exit code; what a person can do something about is told without a traceback."""
    try:
        return COMMANDS[words[0]](words[1:])
    except Trouble as trouble:
        say(str(trouble))
    except PermissionError as refused:
        say(f"No permission for {refused.filename}. Was it started by another user before?")
        say("Start it as that user, or have the folder given to you (chown).")
    except OSError as failed:
        if failed.errno in (errno.ENOSPC, errno.EDQUOT):
            say(f"{failed.filename or 'The state in .yipiao'}: {MAKE_ROOM}")
        elif failed.errno == errno.EROFS:
            say(f"{failed.filename or 'The folder'} cannot be written: it is mounted read-only.")
            say(
                "Everything that a start makes is kept in .yipiao in this folder; it has to be writable."
            )
        else:
            raise
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
