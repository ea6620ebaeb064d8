"""The handbook and the help centre of the demonstration: thirty articles in both languages, one given to
read, a draft, a policy that begins in ten days, a few searches in vain."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from apps.accounts.enums import Language, Role
from apps.accounts.models import User
from apps.knowledge import services
from apps.knowledge.enums import ArticleKind, Audience, FitAspect
from apps.knowledge.models import (
    Article,
    ArticleVersion,
    Fit,
    MissedSearch,
    Opinion,
    Publication,
    Search,
    Section,
)
from apps.knowledge.rules.passages import passages
from apps.knowledge.rules.words import vector
from apps.knowledge.seeding import SECTION
from apps.knowledge.services import clocks

ARTICLES = Path(__file__).with_name("demo_articles.json")
# code, Chinese and English name, who owns it
SECTIONS = (
    ("orders", "下单与寄件", "Sending", "linzhuren"),
    ("tracking", "跟踪与签收", "Tracking and receiving", "linzhuren"),
    ("exceptions", "异常与投诉", "Exceptions and complaints", "zhikong"),
    ("compensation", "理赔", "Compensation", "zhikong"),
    ("accounts", "对账与付款", "Statements and payments", "caiwu"),
    ("manners", "接待礼仪", "Reception manners", "linzhuren"),
    ("emergencies", "应急与值班", "Emergencies and duty", "jingli"),
)
# article → for which cases; replies and guides bring theirs from the start
FITS = {
    "how-to-claim": ((FitAspect.CLASS, "loss"), (FitAspect.CLASS, "damage")),
    "compensation-rules": ((FitAspect.CLASS, "loss"), (FitAspect.CLASS, "damage")),
    "complaint-times": ((FitAspect.CLASS, "complaint"),),
    "complaint-talk": ((FitAspect.CLASS, "complaint"), (FitAspect.CHANNEL, "phone")),
    "where-is-it": ((FitAspect.CLASS, "inquiry"),),
    "not-moving": ((FitAspect.CLASS, "inquiry"), (FitAspect.STATUS, "in_transit")),
    "change-address": ((FitAspect.CLASS, "inquiry"), (FitAspect.STATUS, "out_for_delivery")),
}
LOOKED_FOR = (
    ("节假日派送", "public", 14),
    ("发票抬头怎么改", "public", 6),
    ("冷链", "internal", 3),
)


@transaction.atomic
def make_knowledge(*, seed: int, now: datetime) -> None:
    """Written two months ago in sets, as the services would have; what goes on today by the services."""
    rows, then = json.loads(ARTICLES.read_text(encoding="utf-8")), now - timedelta(days=60)
    people = {
        user.username: user
        for user in User.objects.filter(username__in={row[3] for row in SECTIONS})
    }
    sections = {
        row.code: row
        for row in Section.objects.bulk_create(
            Section(code=code, name=name, english_name=english, owner=people[owner], position=n)
            for n, (code, name, english, owner) in enumerate(SECTIONS)
        )
    }
    articles = Article.objects.bulk_create(
        Article(
            code=row["code"], section=sections[row["section"]], kind=row["kind"],
            owner=sections[row["section"]].owner, created_by=sections[row["section"]].owner,
            review_on=timezone.localdate(now) + timedelta(days=20 + 11 * n if n != 7 else 3),
        )
        for n, row in enumerate(rows)
    )  # fmt: skip
    clocks.reviews_begun(articles, by=people["zhikong"], at=then)
    _fit(articles)
    versions = ArticleVersion.objects.bulk_create(
        ArticleVersion(
            article=article, language=language, n=1, title=row[short][0], body=row[short][1],
            at=then, by=article.owner, words=vector(*row[short]),
            passages=passages(row[short][1]),
        )
        for article, row in zip(articles, rows, strict=True)
        for short, language in (("zh", Language.CHINESE), ("en", Language.ENGLISH))
    )  # fmt: skip
    public = {row["code"] for row in rows if row["public"]}
    Publication.objects.bulk_create(
        Publication(
            version=version, article=version.article, language=version.language, kind=version.article.kind,
            audience=audience, starts_at=then + timedelta(days=10), at=then, by=version.article.owner,
        )
        for version in versions
        for audience in [Audience.PUBLIC if version.article.code in public else Audience.INTERNAL]
    )  # fmt: skip
    Opinion.objects.bulk_create(
        Opinion(version=version, who=f"demo:{n}", helped=n % 4 > 0, at=now - timedelta(days=n % 20))
        for version in versions[:20]
        for n in range(seed % 3 + 5)
    )
    missed = MissedSearch.objects.bulk_create(
        MissedSearch(
            language=Language.CHINESE, audience=audience, text=text, times=times,
            last_seen_at=now - timedelta(hours=times),
        )
        for text, audience, times in LOOKED_FOR
    )  # fmt: skip
    _searches(missed, now)
    _take_over_replies(people, now)
    _today(now)


def _searches(missed: list[MissedSearch], now: datetime) -> None:
    """As often in vain as is counted, the last time when it was seen last; eight times as many found something."""
    vain = [
        Search(
            at=row.last_seen_at - n * timedelta(days=3), language=row.language,
            audience=row.audience, missed=row,
        )
        for row in missed
        for n in range(row.times)
    ]  # fmt: skip
    found = [
        Search(at=now - n * timedelta(hours=5), language=Language.CHINESE, audience=audience)
        for audience in Audience
        for n in range(4 * len(vain))
    ]
    Search.objects.bulk_create(vain + found)


def _fit(articles: list[Article]) -> None:
    Fit.objects.bulk_create(
        Fit(article=article, aspect=aspect, value=value)
        for article in articles
        for aspect, value in FITS.get(article.code, ())
    )


def _take_over_replies(people: dict[str, User], now: datetime) -> None:
    """What came with the installation has an owner from now on, and is reviewed."""
    keeper = people["linzhuren"]
    section = Section.objects.get(code=SECTION["code"])
    section.owner = keeper
    services.save_section(section, by=keeper, at=now)
    for n, article in enumerate(Article.objects.filter(section=section)):
        values = {
            "owner": keeper,
            "review_on": timezone.localdate(now) + timedelta(days=40 + 9 * n),
        }
        services.change_article(article, values, by=keeper, at=now)


def _today(now: datetime) -> None:
    """A new version of a policy announced with its notice, a draft, a procedure given to read."""
    author = User.objects.get(username="jingli")
    rules = Article.objects.get(code="compensation-rules")
    old = rules.versions.get(language=Language.CHINESE)
    newer = services.write_version(
        rules, language=Language.CHINESE, title=old.title, after=old.n, by=author, at=now,
        body=f"{old.body}\n| 代收货款丢失 | 全额赔付商家 |", why="补充代收货款",
    )  # fmt: skip
    services.publish_version(
        newer, audience=Audience.PUBLIC, starts_at=now + timedelta(days=10), by=author, at=now
    )
    draft = services.enter_article(
        code="holiday-delivery", by=author, at=now,
        values={"section": rules.section, "kind": ArticleKind.FAQ, "owner": author,
            "review_on": timezone.localdate(now) + timedelta(days=180)},
    )  # fmt: skip
    services.write_version(
        draft, language=Language.CHINESE, title="节假日派送吗", body="草稿：春节期间照常派送，时效顺延。", after=0,
        by=author, at=now,
    )  # fmt: skip
    handover = ArticleVersion.objects.get(article__code="duty-handover", language=Language.CHINESE)
    services.ask_reading(
        handover,
        roles=[Role.AGENT, Role.DIRECTOR],
        due_at=now + timedelta(days=5),
        by=author,
        at=now,
    )
    services.mark_understood(handover, by=User.objects.get(username="linzhuren"), at=now)


PARTS = ((15, make_knowledge),)
