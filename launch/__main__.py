"""`python -m launch COMMAND …`: what the scripts in bin/ call."""

import sys
from collections.abc import Callable

from launch import checking, testing, up
from launch.say import Trouble, say

COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "up": up.front,
    "supervise-up": up.supervise,
    "test": testing.front,
    "supervise-test": testing.supervise,
    "check": checking.front,
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
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
