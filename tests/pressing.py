"""Forms as a browser has them: read from a page with their key, filled in, pressed once or twice."""

import threading
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from django.db import connections
from django.test import Client

from tests.waiting import LIMIT


@dataclass
class PageForm:
    """``data`` is what a browser would send if nothing was typed."""

    action: str
    method: str
    attributes: dict[str, str]
    data: dict[str, list[str]] = field(default_factory=dict)

    @property
    def posts(self) -> bool:
        return self.method == "post"

    @property
    def key(self) -> str:
        return self.data.get("form_key", [""])[0]


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.forms = address, []  # type: ignore[var-annotated]
        self.links: list[str] = []
        self._form: PageForm | None = None
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        if tag == "a" and a.get("href"):
            self.links.append(urljoin(self.address, a["href"]))
        elif tag == "form":
            action = urljoin(self.address, a.get("action") or self.address)
            self._form = PageForm(action, a.get("method", "get").lower(), a)
            self.forms.append(self._form)
        elif self._form is not None:
            self._field(tag, a)

    def _field(self, tag: str, a: dict[str, str]) -> None:
        assert self._form is not None
        data, name, kind = self._form.data, a.get("name", ""), a.get("type", "text")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in a or self._select not in data):
            data[self._select] = [a.get("value", "")]
        elif tag == "textarea":
            self._area = name
            data[name] = [""]
        elif tag == "input" and name and kind not in ("submit", "button", "file"):
            if kind not in ("checkbox", "radio"):
                data.setdefault(name, []).append(a.get("value", ""))
            elif "checked" in a:
                data.setdefault(name, []).append(a.get("value", "on"))

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            self._form.data[self._area][0] += data.lstrip("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""
        elif tag == "form":
            self._form = None


def forms_of(html: str, address: str = "/") -> list[PageForm]:
    return read(html, address)[0]


def read(html: str, address: str) -> tuple[list[PageForm], list[str]]:
    """The forms of a page, and where its links lead."""
    reader = _Reader(address)
    reader.feed(html)
    return reader.forms, reader.links


def form_at(client: Client, address: str, action: str = "", having: str = "") -> PageForm:
    """The POST form on the page at ``address`` that goes to ``action`` (its end), or has a field."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code, answer.get("Location"))
    found = [
        one
        for one in forms_of(answer.content.decode(), address)
        if one.posts and one.action.endswith(action) and (not having or having in one.data)
    ]
    assert found, f"no form to {action or having} at {address}"
    return found[0]


def press(
    client: Client, form: PageForm, *, head: dict[str, str] | None = None, **typed: Any
) -> Any:
    """Send it with what is typed; ``-`` in a field's name is written ``__``."""
    given = {name.replace("__", "-"): value for name, value in typed.items()}
    return client.post(form.action, {**form.data, **given}, headers=head or {})


def do(client: Client, page: str, act: str, typed: dict[str, Any] | None = None) -> Any:
    """Send the panel of an act on a record's page, as a browser would: its fields bear its name."""
    fields = {f"{act}-{name}": value for name, value in (typed or {}).items()}
    return client.post(f"{page.removesuffix('change/')}do/{act}/", fields)


def at_once(client: Client, n: int, work: Callable[[Client], Any]) -> list[Any]:
    """``work`` in ``n`` threads that begin together, each in a window of the same browser."""
    gate = threading.Barrier(n)
    answers: list[Any] = []

    def go() -> None:
        window = Client()
        window.cookies = deepcopy(client.cookies)
        try:
            gate.wait(LIMIT)
            answers.append(work(window))
        except Exception as problem:  # told by the test, which expects answers
            answers.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go) for _one in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert len(answers) == n, "somebody still waits"
    return answers
