"""What pages the back office has. The apps declare them: each lists its own in ``navigation.py``.

A person's sidebar holds the daily work of their roles in the order of the day; everything else that
they may open stands on two pages, *Records* (what is looked up) and *Settings* (what is set rarely).
The search box finds all of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from apps.core.discovery import modules_named

DAILY_AT_MOST = 12
RECORDS, SETTINGS = "records", "settings"


@dataclass(frozen=True)
class Page:
    """``address`` is the name of its address, ``permission`` ("app.codename") who may open it: without
    one, all staff. ``about`` says in a sentence what it is for.

    ``daily_for`` are the roles in whose sidebar it stands, at ``hour`` of their day (smaller comes
    first); None: everybody's. Elsewhere it stands under ``section`` of ``kind``. ``key`` opens it from any
    page, with that page's address as ``from``.
    """

    label: Any
    icon: str
    address: str
    permission: str | None = None
    about: Any = ""
    section: Any = ""
    kind: str = RECORDS
    daily_for: frozenset[str] | None = frozenset()
    hour: int = 100
    words: str = ""  # further words by which people look for it
    key: str = ""

    def is_open_to(self, rights: frozenset[str]) -> bool:
        return self.permission is None or self.permission in rights

    def is_daily_for(self, roles: frozenset[str]) -> bool:
        return self.daily_for is None or bool(self.daily_for & roles)


def records(label: Any, icon: str, model: str, **more: Any) -> Page:
    """The list of a model ("orders.workorder"), for whoever may view it (``may``: or add, change)."""
    app, name = model.split(".")
    permission = f"{app}.{more.pop('may', 'view')}_{name}"
    return Page(label, icon, f"admin:{app}_{name}_changelist", permission, **more)


def setting(label: Any, icon: str, model: str, about: Any, **more: Any) -> Page:
    """The list of a model by which something is set."""
    return records(label, icon, model, about=about, kind=SETTINGS, **more)


@dataclass(frozen=True)
class RecordPart:
    """What an app has to show on the page of a record of a lower floor ("complaints.case"), which does not know it:
    a part that is read once it is opened, from ``address`` with the model's label and the record's number."""

    model: str
    label: Any
    address: str
    permission: str


@lru_cache(maxsize=1)
def record_parts() -> tuple[RecordPart, ...]:
    """Those of every app's ``RECORD_PARTS``, from the lowest floor up."""
    return tuple(
        one
        for _config, module in modules_named("navigation")
        for one in getattr(module, "RECORD_PARTS", ())
    )


@lru_cache(maxsize=1)
def all_pages() -> tuple[Page, ...]:
    """Those of every app, in the order of the floors from above."""
    found: list[Page] = []
    for _config, module in reversed(list(modules_named("navigation"))):
        found += module.PAGES
    return tuple(found)


@dataclass(frozen=True)
class Link:
    """A page as it is shown: its address and words in the language asked for."""

    href: str
    label: str
    icon: str
    about: str
    section: str
    kind: str


def rights_of(user: Any) -> frozenset[str]:
    """Which of the pages' permissions this person holds."""
    asked = {page.permission for page in all_pages() if page.permission}
    return frozenset(asked if user.is_superuser else asked & user.get_all_permissions())


def daily_links(rights: frozenset[str], roles: frozenset[str]) -> list[Link]:
    """The daily work of ``roles``, at most a dozen, in the order of the day."""
    return _links(rights, get_language() or "", settings.ROOT_URLCONF, roles)


def links_of(rights: frozenset[str], kind: str) -> list[Link]:
    """All pages of a kind that are open to ``rights``."""
    everything = _links(rights, get_language() or "", settings.ROOT_URLCONF, None)
    return [link for link in everything if link.kind == kind and link.section]


@lru_cache(maxsize=512)
def _links(
    rights: frozenset[str], language: str, urlconf: str, roles: frozenset[str] | None
) -> list[Link]:
    pages: Iterable[Page] = [page for page in all_pages() if page.is_open_to(rights)]
    if roles is not None:
        daily = [page for page in pages if page.is_daily_for(roles)]
        pages = sorted(daily, key=lambda page: page.hour)[:DAILY_AT_MOST]
    return [link for page in pages if (link := _link(page)) is not None]


def _link(page: Page) -> Link | None:
    """None where the address does not exist, as that of the demonstration's mailbox in production."""
    try:
        href = reverse(page.address)
    except NoReverseMatch:
        return None
    section = str(page.section)
    return Link(href, str(page.label), page.icon, str(page.about), section, page.kind)


def key_links(rights: frozenset[str]) -> list[tuple[str, str]]:
    """Keys that open a page from anywhere, each with its address."""
    keyed = [page for page in all_pages() if page.key and page.is_open_to(rights)]
    found = [(page.key, _link(page)) for page in keyed]
    return [(key, link.href) for key, link in found if link is not None]


def find_pages(
    rights: frozenset[str], text: str, *, most: int = 8, by_sentence: bool = False
) -> list[Link]:
    """Pages whose name or further words hold every word of ``text``, in either language;
    ``by_sentence``: or their description. Those found by their name come first."""
    words = text.lower().split()
    if not words:
        return []
    found = []
    for page, names, sentences in _page_texts():
        hay = f"{names} {page.words.lower()} {sentences if by_sentence else ''}"
        if page.is_open_to(rights) and all(word in hay for word in words):
            link = _link(page)
            if link is not None:
                found.append((not all(word in names for word in words), link))
    found.sort(key=lambda pair: pair[0])
    return [link for _rank, link in found[:most]]


@lru_cache(maxsize=1)
def _page_texts() -> list[tuple[Page, str, str]]:
    """(page, names, descriptions) with the texts of all languages, in lower case."""
    texts = []
    for page in all_pages():
        names, sentences = [], []
        for code, _name in settings.LANGUAGES:
            with override(code):
                names.append(str(page.label))
                sentences += [str(page.about), str(page.section)]
        texts.append((page, " ".join(names).lower(), " ".join(sentences).lower()))
    return texts


# Those of the back office itself.
WORK = _("Files and long work")
PAGES = (
    Page(
        _("My jobs"),
        "pending_actions",
        "admin:backoffice_job_changelist",
        about=_("Exports and imports under way, how far they are, and what they made."),
        section=WORK,
        words="任务 进度 导出 下载",
    ),
    Page(
        _("Imports"),
        "upload_file",
        "admin:backoffice_importfile_changelist",
        about=_("Files of rows that were handed in, what was taken and what was refused."),
        section=WORK,
        words="导入 上传 Excel 批量",
    ),
    setting(
        _("Times of keeping files"),
        "auto_delete",
        "backoffice.fileretention",
        _("For how long results of jobs, imported files and files of unfinished forms are kept."),
        section=WORK,
        words="保留 天数 期限",
    ),
)
