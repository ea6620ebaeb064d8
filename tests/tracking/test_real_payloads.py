"""Every real tracking document as a stranger sees it: each scan is there, with its city, and nobody (TRK-10)."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest
from django.utils import timezone, translation

from apps.accounts.queries import system_user
from apps.core.areas import areas_named
from apps.core.errors import BadInput
from apps.tracking.kuaidi100 import read_document
from apps.tracking.mapping import classify
from apps.tracking.queries.public import public_view
from apps.tracking.queries.standards import local_zone
from apps.tracking.services import ingest
from tests.factories.tracking import event, waybill
from tests.tracking.test_kuaidi100 import CASES

FOLDER = CASES / "tracking"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.requirement("TRK-10"),
    pytest.mark.skipif(
        not FOLDER.is_dir(), reason="the folder of shared cases is not beside this clone"
    ),
]
DIGITS = re.compile(r"\d{4,}")
PERSON = re.compile(r"(?:(?:签收人|姓名|派件人|快递员|派件员)[：:]\s?|丽影)([\u4e00-\u9fff]{2,3})")


class Scan(NamedTuple):
    at: datetime | str
    code: str
    text: str
    place: str
    city: str


def scans_of(path: Path) -> Iterator[Scan]:
    if path.suffix == ".xml":
        for route in ElementTree.fromstring(path.read_bytes()).iter("Route"):
            text, place = route.get("remark", ""), route.get("accept_address", "").strip()
            if text:
                yield Scan(route.get("accept_time", ""), classify(text), text, place, "")
        return
    raw: dict[str, Any] = json.loads(path.read_text())
    for text in (raw.get("action_msg"), raw.get("waybill_info", {}).get("desc")):
        if text:
            yield Scan("", classify(text), text, "", "")
    try:
        rows = read_document(path.read_bytes(), local_zone()).rows
    except BadInput:
        return  # an answer or an event without any scan
    for row in rows:
        yield Scan(row.occurred_at, row.code, row.text, row.place, row.city)


def names_a_city(text: str) -> bool:
    pieces = {text[at : at + size] for at in range(len(text)) for size in (2, 3, 4)}
    return any(area.is_city for piece in pieces for area in areas_named(piece))


def test_no_scan_disappears_each_keeps_its_city_and_nobody_is_in_it() -> None:
    seen = named = located = 0
    for path in sorted(FOLDER.glob("*.[xj]*")):
        scans = list(dict.fromkeys(scans_of(path))) if path.name != "index.json" else []
        if not scans:
            continue
        parcel = waybill()
        # Newest last, an hour apart: the documents are years old.
        result = ingest(
            [
                event(parcel, s.code, len(scans) - n, text=s.text, place=s.place, city=s.city)
                for n, s in enumerate(scans)
            ],
            source="tests",
            by=system_user("tests"),
            at=timezone.now(),
        )
        assert not result.refused, path.name
        shown = public_view(parcel.number)
        assert shown is not None and len(shown.events) == len(scans), path.name
        for scan, answers in zip(scans, reversed(shown.events), strict=True):
            with translation.override("zh-hans"):
                wording = f"{answers.sentence} {answers.place} {answers.city} {answers.onward}"
            assert answers.sentence and not DIGITS.search(wording), (path.name, wording)
            for name in PERSON.findall(scan.text):
                assert name not in wording, (path.name, wording)
            seen += 1
            if names_a_city(f"{scan.text} {scan.place} {scan.city}"):
                named += 1
                located += bool(answers.city or answers.onward)
    assert seen > 90 and named > 50
    assert located >= 0.95 * named, f"{located} of {named}"
