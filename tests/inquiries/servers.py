"""Real counterparts on this machine: a receiver of callbacks, a mail server, a mailbox."""

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from launch.ports import free_port
from tests.waiting import LIMIT, eventually


@dataclass
class Receiver:
    """What a merchant's server got, and what it answers next (status, body, headers)."""

    url: str = ""
    got: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)
    delay: float = 0.0
    ended: threading.Event = field(default_factory=threading.Event)

    def next_answer(self) -> tuple[int, str, dict[str, str]]:
        if self.answers:
            return self.answers.pop(0)
        return 200, '{"result": true, "returnCode": "200", "message": "成功"}', {}


@contextmanager
def receiver() -> Iterator[Receiver]:
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            state.got.append({k: v[0] for k, v in parse_qs(body).items()})
            state.ended.wait(state.delay)
            status, text, headers = state.next_answer()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            with suppress(BrokenPipeError):
                self.end_headers()
            with suppress(BrokenPipeError):
                self.wfile.write(text.encode())

        def do_GET(self) -> None:
            state.got.append({"redirected": self.path})
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}/callback?shop=1"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.ended.set()
        server.shutdown()
        server.server_close()


DOVECOT = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
USER, PASSWORD = "inquiry", "mailbox-secret"
_CONFIG = """
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{base}/mail
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
first_valid_gid = 0
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass
class Mailbox:
    port: int
    new: Path

    def put(self, raw: bytes, name: str) -> None:
        """As a mail server does it: written aside, then moved in whole."""
        aside = self.new.parent / "tmp" / name
        aside.write_bytes(raw)
        aside.chmod(0o666)
        aside.rename(self.new / name)


@contextmanager
def dovecot() -> Iterator[Mailbox]:
    """A real IMAP server over a fresh mailbox."""
    assert DOVECOT is not None
    base = Path(tempfile.mkdtemp(prefix="imap-", dir="/tmp"))
    base.chmod(0o755)
    who = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    for name in ("run", "state", "home", "mail/cur", "mail/new", "mail/tmp"):
        (base / name).mkdir(parents=True)
    for path in [base, *base.rglob("*")]:
        if os.getuid() == 0:
            os.chown(path, who.pw_uid, who.pw_gid)
    port = free_port()
    group = grp.getgrgid(who.pw_gid).gr_name
    config = base / "dovecot.conf"
    config.write_text(
        _CONFIG.format(
            base=base,
            user=who.pw_name,
            group=group,
            uid=who.pw_uid,
            gid=who.pw_gid,
            password=PASSWORD,
            port=port,
        )
    )
    server = subprocess.Popen([DOVECOT, "-F", "-c", str(config)])
    try:
        _wait_for(port, server, base / "log")
        yield Mailbox(port, base / "mail" / "new")
    finally:
        server.terminate()
        server.wait(LIMIT)
        shutil.rmtree(base, ignore_errors=True)


def _wait_for(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    def answers() -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 5):
            return True
        return False

    if not eventually(lambda: server.poll() is not None or answers()) or not answers():
        raise RuntimeError(f"dovecot does not start: {log.read_text() if log.exists() else ''}")
