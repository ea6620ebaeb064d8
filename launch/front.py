"""What the person started: passes signals to the supervisor and waits for it."""

import os
import subprocess
import sys
from types import FrameType

from launch.say import say
from launch.stopping import handle_stop_signals


def hand_over(command: str, lock: int) -> int:
    """Start the supervisor with the lock and wait for its end; returns its exit code.

    It lives in a session of its own, so Ctrl-C and a closing terminal reach this process alone.
    """
    process, pulling = start_supervisor(command, lock)

    def pull(_number: int, _frame: FrameType | None) -> None:
        os.write(pulling, b".")

    handle_stop_signals(pull)
    code = process.wait()
    if code < 0:
        say(f"The supervisor was ended by signal {-code}; the kernel told the servers to end.")
        return 1
    return code


def start_supervisor(
    command: str, lock: int, *words: str, pass_fds: tuple[int, ...] = ()
) -> tuple["subprocess.Popen[bytes]", int]:
    """The process and the descriptor whose writing or closing makes it stop."""
    reading, pulling = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "launch", command, str(reading), *words],
        pass_fds=(reading, lock, *pass_fds),
        start_new_session=True,
        stdin=subprocess.DEVNULL,
    )
    os.close(reading)
    os.close(lock)
    return process, pulling
