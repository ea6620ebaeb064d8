"""What customers and machines do over HTTP, each act under a key of its own, and what they were
answered. Whoever gets no answer asks again with the same key, as people and programs do."""

import http.client
import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

PATIENCE = 20.0  # seconds for one answer
AGAIN = 0.4  # seconds between two tries of one act
TRIES = 60
REFUSED = 400  # statuses from here on


@dataclass(frozen=True)
class World:
    """What the acts are about: the key of a program, and what is free to be used once."""

    url: str
    key: str
    waybills: list[str]
    case: str = ""  # the number of one that takes messages


@dataclass
class Answers:
    """The marks of what was answered as done, refused for good, and never answered, by kind."""

    done: dict[str, list[str]] = field(default_factory=dict)
    refused: dict[str, list[str]] = field(default_factory=dict)
    unanswered: dict[str, list[str]] = field(default_factory=dict)
    tries: int = 0

    def note(self, kind: str, mark: str, status: int | None) -> None:
        into = (
            self.unanswered if status is None else self.done if status < REFUSED else self.refused
        )
        into.setdefault(kind, []).append(mark)

    def count(self) -> int:
        return sum(len(marks) for marks in self.done.values())


Act = Callable[["Visitor", str], int | None]


class Visitor:
    """One customer or program at an address of its own."""

    def __init__(self, world: World, number: int) -> None:
        self.world, self.number = world, number
        self.address = f"198.18.{number // 250}.{number % 250 + 1}"
        self.cookies: dict[str, str] = {}
        self.tries = 0

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, str] | None:
        """Status and body; None where nothing came back."""
        self.tries += 1
        host = urlsplit(self.world.url)
        wire = http.client.HTTPConnection(str(host.hostname), host.port, timeout=PATIENCE)
        sent = {"X-Forwarded-For": self.address, **(headers or {})}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            wire.request(method, path, body, sent)
            answer = wire.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            wire.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
        return answer.status, text

    def insist(self, ask: Callable[[], tuple[int, str] | None]) -> int | None:
        """Until it is answered by something other than trouble of ours; the status."""
        for _n in range(TRIES):
            answer = ask()
            if answer is not None and answer[0] < 500 and answer[0] != 429:
                return answer[0]
            time.sleep(AGAIN)
        return None

    def form(self, page: str, path: str, fields: Mapping[str, str]) -> tuple[int, str] | None:
        """Sends the form that stands on ``page``."""
        if "yipiao_csrf" not in self.cookies:
            self.ask("GET", page)
        given = {**fields, "csrfmiddlewaretoken": self.cookies.get("yipiao_csrf", "")}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self.ask("POST", path, urlencode(given).encode(), kind)
        if answer is not None and answer[0] == 403:
            # The page that was to bring the cookie was lost with its server.
            self.cookies.pop("yipiao_csrf", None)
            return None
        return answer

    def call(self, path: str, body: object, once: str) -> tuple[int, str] | None:
        headers = {
            "Authorization": self.world.key,
            "Content-Type": "application/json",
            "Idempotency-Key": once,
        }
        return self.ask("POST", path, json.dumps(body).encode(), headers)


def report(visitor: Visitor, mark: str) -> int | None:
    fields = {
        "kind": "damaged",
        "text": f"外箱破了 {mark}",
        "waybill": "",
        "name": "王小明",
        "phone": "",
        "email": f"{mark}@example.com",
        "key": str(uuid4()),
    }
    return visitor.insist(lambda: visitor.form("/report", "/report", fields))


def order(visitor: Visitor, mark: str) -> int | None:
    body = {
        "delivery_contact": "张三",
        "delivery_phone": "13800000002",
        "destination_city": "北京市",
        "delivery_address": "北京市朝阳区建国路1号301室",
        "goods_name": "服装",
        "pieces": 2,
        "weight_g": 3500,
        "customer_reference": mark,
    }
    return visitor.insist(lambda: visitor.call("/api/v1/orders", body, mark))


def scan(visitor: Visitor, mark: str) -> int | None:
    """``mark`` is the waybill, which is scanned once; its consignee is told."""
    when = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    body = {"waybill_number": mark, "code": "picked_up", "occurred_at": when}
    return visitor.insist(lambda: visitor.call("/api/v1/tracking/events", body, mark))


def open_case(world: World) -> World:
    """With a case of the program's own, in which its messages go."""
    body = {"class": "damage", "description": "外箱压破", "contact_phone": "13800000002"}
    answer = Visitor(world, 59_000).call("/api/v1/cases", body, "open")
    assert answer is not None and answer[0] == 201, answer
    return replace(world, case=json.loads(answer[1])["number"])


def message(visitor: Visitor, mark: str) -> int | None:
    where = f"/api/v1/cases/{visitor.world.case}/messages"
    return visitor.insist(lambda: visitor.call(where, {"text": f"请尽快 {mark}"}, mark))


def talk(visitor: Visitor, mark: str) -> int | None:
    """A chat is begun, one line said in it, and it is left: an agent and the queue have room for so
    many. What is said in no chat only leads back to the entrance."""
    begin = {"text": f"你好 {mark}", "nonce": str(uuid4())}
    begun = visitor.insist(lambda: visitor.form("/chat", "/chat/start", begin))
    if begun is None or begun >= REFUSED:
        return begun
    line = {"text": f"还在吗 {mark}", "client_id": str(uuid4())}
    answer = visitor.insist(lambda: visitor.form("/chat", "/chat/say", line))
    visitor.insist(lambda: visitor.form("/chat", "/chat/leave", {}))
    return answer


ACTS: dict[str, Act] = {
    "reports": report,
    "orders": order,
    "scans": scan,
    "messages": message,
    "chats": talk,
}


def act_all(world: World, counts: Mapping[str, int], *, hands: int) -> "Acting":
    """So many of each, shuffled, by ``hands`` threads, as far as ``allow`` lets them."""
    wanted = [kind for kind, count in counts.items() for _n in range(count)]
    random.Random(1).shuffle(wanted)
    return Acting(world, wanted, hands)


class Acting:
    def __init__(self, world: World, wanted: list[str], hands: int) -> None:
        self.answers = Answers()
        self._world, self._wanted = world, list(enumerate(wanted))
        self._free = list(world.waybills)
        self._allowed = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._work) for _n in range(hands)]
        for thread in self._threads:
            thread.start()

    def allow(self, count: int) -> None:
        """So many more may begin."""
        self._allowed.release(max(1, count))

    def join(self) -> Answers:
        self.allow(len(self._wanted) + len(self._threads))
        for thread in self._threads:
            thread.join()
        return self.answers

    def _work(self) -> None:
        while True:
            self._allowed.acquire()
            with self._lock:
                if not self._wanted:
                    return
                number, kind = self._wanted.pop(0)
                mark = self._free.pop() if kind == "scans" else f"{kind}-{number:05d}"
            visitor = Visitor(self._world, number)
            status = ACTS[kind](visitor, mark)
            with self._lock:
                self.answers.note(kind, mark, status)
                self.answers.tries += visitor.tries
