"""An embedded Valkey: the broker, with everything it accepted written to a file."""

import socket
import time
from dataclasses import dataclass
from pathlib import Path

from launch.account import Account
from launch.child import Child
from launch.keys import write_private
from launch.ports import LOCAL
from launch.say import Trouble, tail
from launch.stopping import StopSignal


@dataclass
class Broker:
    """One server below `home`. Its configuration names no path, so none needs quoting."""

    home: Path
    binary: Path
    port: int
    password: str
    log: Path
    durable: bool = True
    account: Account | None = None

    def child(self) -> Child:
        """The server process; its working folder is where it keeps its file."""
        folder = self.home / "valkey"
        folder.mkdir(mode=0o700, exist_ok=True)
        lines = [
            f"bind {LOCAL}",
            f"port {self.port}",
            f"requirepass {self.password}",
            "daemonize no",
            'save ""',
            f"appendonly {'yes' if self.durable else 'no'}",
            "appendfsync everysec",
            # It looks after itself once a second, not ten times: nothing of ours expires so exactly.
            "hz 1",
            "maxmemory-policy noeviction",
        ]
        write_private(folder / "valkey.conf", "\n".join(lines) + "\n")
        env = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}
        argv = [str(self.binary), "valkey.conf"]
        return Child("Valkey", argv, env=env, cwd=folder, log=self.log)

    def wait_ready(self, child: Child, stop_signal: StopSignal, seconds: float = 30.0) -> None:
        """Until it answers PING, that is, has read its file back."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and child.alive:
            if self._pongs():
                return
            stop_signal.check(0.02)
        raise Trouble(f"Valkey did not start:\n{tail(self.log)}")

    def _pongs(self) -> bool:
        words = f"AUTH {self.password}\r\nPING\r\n".encode()
        try:
            with socket.create_connection((LOCAL, self.port), timeout=1) as talk:
                talk.sendall(words)
                answer = b""
                while not answer.endswith((b"+PONG\r\n", b"-LOADING")) and len(answer) < 200:
                    piece = talk.recv(200)
                    if not piece:
                        break
                    answer += piece
        except OSError:
            return False
        return answer.endswith(b"+PONG\r\n")

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{LOCAL}:{self.port}/0"
