"""The outside companies of the demonstration, on this machine: a mail server, an SMS gateway with
Aliyun's interface, WeChat's server, and WeCom's for robots of groups. They take everything and keep it for the demo mailbox; they
check no signature and refuse nothing (the doubles in the tests do).

``python -m apps.desk.demo_outside`` is the process: nothing of the product is loaded in it.
"""

import argparse
import json
import logging
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from apps.desk.arrived import keep

HERE = "127.0.0.1"
# It tells every line of every mail otherwise.
logging.getLogger("mail.log").setLevel(logging.WARNING)


class MailServer:
    """Accepts every mail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(  # noqa: N802  # the library's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        keep(self.folder, "email", content if isinstance(content, bytes) else b"")
        return "250 2.0.0 kept"


def mail_server(folder: Path, port: int) -> Controller:
    """Not started yet; it runs in a thread of its own."""
    return Controller(MailServer(folder), hostname=HERE, port=port, ready_timeout=30)


def providers(folder: Path, port: int) -> ThreadingHTTPServer:
    """SMS and WeChat at one address; not serving yet."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if parts.path == "/healthz":
                reply: dict[str, Any] = {"status": "ok"}
            elif action := self.headers.get("x-acs-action"):
                reply = _sms(folder, action, dict(parse_qsl(parts.query)))
            elif parts.path == "/cgi-bin/webhook/send":
                keep(folder, "wecom", body)
                reply = {"errcode": 0, "errmsg": "ok"}
            else:
                reply = _wechat(folder, parts.path, body)
            answer = json.dumps(reply).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = _serve  # noqa: N815  # the library's names

        def log_message(self, format: str, *args: Any) -> None:
            """Not a line for every message."""

    return ThreadingHTTPServer((HERE, port), Handler)


def _sms(folder: Path, action: str, asked: dict[str, str]) -> dict[str, Any]:
    if action == "SendSms":
        keep(folder, "sms", json.dumps(asked, ensure_ascii=False).encode())
        return {"Code": "OK", "Message": "OK", "BizId": asked.get("OutId", "")}
    # Nothing is ever unclear here, so nobody needs the record of what was sent.
    details = {"SmsSendDetailDTO": list[Any]()}
    return {"Code": "OK", "Message": "OK", "TotalCount": "0", "SmsSendDetailDTOs": details}


def _wechat(folder: Path, path: str, body: bytes) -> dict[str, Any]:
    if path in ("/cgi-bin/stable_token", "/cgi-bin/token"):
        return {"access_token": "demo", "expires_in": 7200}
    if path.startswith("/cgi-bin/message/"):
        keep(folder, "wechat", body)
        return {"errcode": 0, "errmsg": "ok", "msgid": 200_000_001}
    return {"errcode": 40066, "errmsg": "invalid url"}


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Take in what the demonstration sends; bin/up runs it."
    )
    parser.add_argument("--mail", type=int, required=True, help="port of the mail server")
    parser.add_argument("--http", type=int, required=True, help="port of SMS and WeChat")
    options = parser.parse_args()
    folder = Path(os.environ["DEMO_MAILBOX"])
    mail = mail_server(folder, options.mail)
    mail.start()
    try:
        providers(folder, options.http).serve_forever(poll_interval=60.0)
    finally:
        mail.stop()


if __name__ == "__main__":
    main()
