"""What is too long for an address: as much as the server can take, then a page of ours."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.waiting import LIMIT

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "config" / "too_long.html").read_text()


def hello(environ: dict[str, str], start_response: object) -> list[bytes]:
    """Stands for the application: what matters here is what reaches it."""
    start_response("200 OK", [("Content-Type", "text/plain")])  # type: ignore[operator]
    return [str(len(environ["QUERY_STRING"])).encode()]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """gunicorn with the settings of the product, on a socket of its own."""
    where = tmp_path_factory.mktemp("web") / "web.sock"
    command = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "-w", "1"]
    command += ["--bind", f"unix:{where}", "tests.portal.test_too_long:hello"]
    running = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        assert running.stderr is not None
        assert any("Booting worker" in line for line in running.stderr)
        yield where
    finally:
        running.terminate()
        running.communicate(timeout=LIMIT)


def ask(server: Path, target: str) -> str:
    with socket.socket(socket.AF_UNIX) as to:
        to.settimeout(30)
        to.connect(str(server))
        to.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        got = b""
        while part := to.recv(65536):
            got += part
    return got.decode()


def test_nine_hundred_chinese_characters_reach_the_application(server: Path) -> None:
    answer = ask(server, f"/track?n={quote('字' * 900)}")
    assert answer.startswith("HTTP/1.1 200") and "\r\n8102" in answer


@pytest.mark.parametrize("more", [1000, 3000, 20_000])
def test_more_than_that_is_told_in_words(server: Path, more: int) -> None:
    answer = ask(server, f"/track?n={quote('字' * more)}")
    assert answer.startswith("HTTP/1.1 414")
    assert answer.endswith(PAGE)
    assert "网址里的内容太长" in answer and "The address is too long" in answer
    assert ask(server, "/track?n=1").startswith("HTTP/1.1 200")


def test_the_page_needs_nothing_from_elsewhere() -> None:
    assert not re.findall(r'(?:src|href)="(?!/")', PAGE)


def test_nginx_takes_as_much_and_answers_the_rest_with_the_same_page() -> None:
    nginx = (ROOT / "deploy" / "nginx.conf").read_text()
    assert "large_client_header_buffers 4 16k;" in nginx
    assert "error_page 414 /too_long.html;" in nginx
    mounted = "./config/too_long.html:/usr/share/nginx/html/too_long.html:ro"
    assert mounted in (ROOT / "docker-compose.yml").read_text()
