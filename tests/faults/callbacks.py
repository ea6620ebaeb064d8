"""WeChat's server brings every message four times, some of them at once: one effect, one answer.

Used small by tests/faults/test_callbacks.py and large by benchmarks/callbacks.py. Signatures, and in
safe mode the seal of message and reply, are an independent library's; the web server is the real one.
"""

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlencode

import xmltodict
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto

from apps.inquiries.models import InboundMessage, Inquiry, WeChatBinding
from apps.inquiries.topics import CODE_TOPIC
from apps.notifications.models import Delivery
from tests.factories.inquiries import (
    AES_KEY,
    APP_ID,
    TOKEN,
    plain_query,
    wechat_event,
    wechat_text,
)
from tests.factories.tracking import report, waybills
from tests.faults.processes import web
from tests.waiting import LIMIT

TIMES = 4
SHIPMENTS = 20
# Asks for a number, scans one, clicks a menu, asks for a code to bind a phone.
KINDS = ("text", "text", "scan", "click", "bind")
ASKS = {"text", "scan"}


@dataclass
class Sent:
    kind: str
    xml: str
    phone: str = ""
    answers: list[bytes] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    took: list[float] = field(default_factory=list)


@dataclass
class Report:
    mode: str
    messages: int
    per_second: float
    waits: list[float]  # seconds, sorted
    refused: int
    unlike: int  # messages whose deliveries were answered differently
    stored: int
    inquiries: int
    asked: int
    codes: int
    bindings: int
    bound: int  # how many asked to be

    def at(self, share: float) -> float:
        return self.waits[min(len(self.waits) - 1, int(len(self.waits) * share))]

    @property
    def has_one_effect_each(self) -> bool:
        return (
            not self.refused
            and not self.unlike
            and self.stored == self.messages
            and self.inquiries == self.asked
            and self.codes == self.bindings == self.bound
        )

    def line(self) -> str:
        figures = [1000 * self.at(share) for share in (0.5, 0.99, 1.0)]
        return (
            f"{self.mode:8}{self.messages:>10,}{self.per_second:>10.0f}"
            + "".join(f"{figure:>10.0f}" for figure in figures)
            + f"{self.stored:>10,}{self.inquiries:>8,} of {self.asked:<6,}{self.codes:>6} of {self.bound}"
        )


HEADER = (
    f"{'mode':8}{'messages':>10}{'calls/s':>10}{'median ms':>10}{'p99':>10}{'slowest':>10}"
    f"{'stored':>10}{'inquiries':>14}{'codes':>12}"
)


def run(mode: str, count: int, *, rate: float, workers: int = 5, seed: int = 1) -> Report:
    """``count`` messages, ``rate`` new ones a second, each brought ``TIMES`` times: twice at the
    same moment, then twice more while others are on their way."""
    rand = random.Random(seed)
    shipments = waybills(SHIPMENTS)
    for one in shipments:
        report(one, "picked_up", "departed")
    sent = [_message(n, [one.number for one in shipments], rand) for n in range(count)]
    before = _counts()
    aes = {"WECHAT_AES_KEY": AES_KEY if mode == "aes" else ""}
    env = {"WECHAT_TOKEN": TOKEN, "WECHAT_APP_ID": APP_ID, **aes}
    env |= {"SMS_URL": "http://127.0.0.1:9", "SMS_ACCESS_KEY": "k"}
    with web("redis://127.0.0.1:9/0", env, workers=workers) as port:
        # Another run in the same database has another, or it would be a repeat and not be stored.
        first = wechat_event("CLICK", "TRACK", openid=f"o-first-{mode}", created=7)
        for _n in range(2 * workers):
            # Each worker loads its code before it is timed.
            _deliver(port, *_envelope(mode, first), Sent("click", first))
        began = time.monotonic()
        _bring(port, mode, sent, rate, rand)
        seconds = time.monotonic() - began
    after, replies = _counts(), [[_read(mode, a) for a in one.answers] for one in sent]
    return Report(
        mode=mode,
        messages=count,
        per_second=TIMES * count / seconds,
        waits=sorted(wait for one in sent for wait in one.took),
        refused=sum(status != 200 for one in sent for status in one.statuses),
        unlike=sum(len(set(alike)) != 1 or len(alike) != TIMES for alike in replies),
        stored=after["stored"] - before["stored"] - 1,  # the one to warm up
        inquiries=after["inquiries"] - before["inquiries"],
        asked=sum(one.kind in ASKS for one in sent),
        codes=after["codes"] - before["codes"],
        bindings=after["bindings"] - before["bindings"],
        bound=sum(one.kind == "bind" for one in sent),
    )


def _message(n: int, numbers: Sequence[str], rand: random.Random) -> Sent:
    """Each from somebody else: one person asks no more than so often."""
    kind, openid = KINDS[n % len(KINDS)], f"o-{rand.getrandbits(60):x}"
    number = rand.choice(numbers)
    match kind:
        case "text":
            return Sent(
                kind, wechat_text(f"查 {number}", openid=openid, msg_id=rand.getrandbits(62))
            )
        case "scan":
            return Sent(kind, wechat_event("SCAN", number, openid=openid))
        case "click":
            return Sent(kind, wechat_event("CLICK", "BIND", openid=openid))
        case _:
            phone = f"135{rand.randrange(10**8):08d}"
            text = wechat_text(f"绑定 {phone}", openid=openid, msg_id=rand.getrandbits(62))
            return Sent(kind, text, phone)


def _bring(port: int, mode: str, sent: Sequence[Sent], rate: float, rand: random.Random) -> None:
    """An open loop: the next message does not wait for the answer to the last. Everything is
    signed and sealed before, because that costs this process more than the server its answer."""
    plan = []
    for n, one in enumerate(sent):
        at = n / rate
        when = (at, at, at + rand.uniform(0.02, 1.0), at + rand.uniform(0.5, 3.0))
        plan += [(moment, *_envelope(mode, one.xml), one) for moment in when]
    plan.sort(key=lambda entry: entry[0])
    began = time.monotonic()
    with ThreadPoolExecutor(max_workers=64) as pool:
        jobs = []
        for at, query, body, one in plan:
            time.sleep(max(0.0, began + at - time.monotonic()))
            jobs.append(pool.submit(_deliver, port, query, body, one))
        for job in jobs:
            job.result()


_lock = threading.Lock()


def _deliver(port: int, query: str, body: bytes, one: Sent) -> None:
    began = time.perf_counter()
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
    try:
        wire.request("POST", f"/hooks/wechat?{query}", body, {"Content-Type": "text/xml"})
        answer = wire.getresponse()
        content = answer.read()
    finally:
        wire.close()
    with _lock:
        one.took.append(time.perf_counter() - began)
        one.statuses.append(answer.status)
        one.answers.append(content)


def _envelope(mode: str, xml: str) -> tuple[str, bytes]:
    """(query, body), each delivery with a time-stamp and a nonce of its own."""
    return _sealed(xml) if mode == "aes" else (plain_query(), xml.encode())


def _sealed(xml: str) -> tuple[str, bytes]:
    stamp, nonce = str(int(time.time())), f"{random.getrandbits(40):x}"
    body = WeChatCrypto(TOKEN, AES_KEY, APP_ID).encrypt_message(xml, nonce, stamp)
    body = body if isinstance(body, str) else body.decode()
    signature = xmltodict.parse(body)["xml"]["MsgSignature"]
    query = {
        "timestamp": stamp,
        "nonce": nonce,
        "encrypt_type": "aes",
        "msg_signature": signature,
    }
    return urlencode(query), body.encode()


def _read(mode: str, content: bytes) -> str:
    """What the asker reads."""
    if mode == "plain":
        return _text_of(content.decode())
    reply = xmltodict.parse(content)["xml"]
    oracle = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
    inside = oracle.decrypt_message(
        content.decode(), reply["MsgSignature"], reply["TimeStamp"], reply["Nonce"]
    )
    return _text_of(inside)


def _text_of(xml: str) -> str:
    return str(parse_message(xml)._data["Content"])


def _counts() -> Counter[str]:
    return Counter(
        stored=InboundMessage.objects.filter(way="wechat").count(),
        inquiries=Inquiry.objects.filter(way="wechat").count(),
        codes=Delivery.objects.filter(topic=CODE_TOPIC).count(),
        bindings=WeChatBinding.objects.count(),
    )
