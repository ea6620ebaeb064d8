"""Articles as a sentence: ``published("refund", "如何申请理赔")``."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from apps.accounts.models import User
from apps.knowledge import services
from apps.knowledge.enums import ArticleKind, Audience
from apps.knowledge.models import Article, ArticleVersion, Fit, Publication, Section
from tests.factories.accounts import UserFactory


def without_seeds() -> None:
    """Retires nothing: the rows that the migrations made are gone for this test."""
    for model in (Fit, Publication, ArticleVersion, Article, Section):
        model.objects.all().delete()


def section(code: str = "service", owner: User | None = None) -> Section:
    found = Section.objects.filter(code=code).first()
    return found or Section.objects.create(
        code=code, name=f"{code} 栏目", english_name=f"Section {code}", owner=owner or UserFactory()
    )


def article(
    code: str = "claims", kind: ArticleKind = ArticleKind.FAQ, by: User | None = None
) -> Article:
    writer = by or UserFactory()
    values = {
        "section": section(), "kind": kind, "owner": writer,
        "review_on": date.today() + timedelta(days=180),
    }  # fmt: skip
    return services.enter_article(code=code, values=values, by=writer, at=timezone.now())


def written(
    of: Article,
    title: str,
    body: str = "正文",
    *,
    language: str = "zh-hans",
    by: User | None = None,
    reply: str = "",
) -> ArticleVersion:
    newest = of.versions.filter(language=language).order_by("-n").first()
    return services.write_version(
        of, language=language, title=title, body=body, after=newest.n if newest else 0,
        by=by or of.owner, at=timezone.now(), reply=reply,
    )  # fmt: skip


def published(
    code: str,
    title: str,
    body: str = "正文",
    *,
    audience: Audience = Audience.PUBLIC,
    language: str = "zh-hans",
    kind: ArticleKind = ArticleKind.FAQ,
    at: datetime | None = None,
    reply: str = "",
) -> ArticleVersion:
    of = Article.objects.filter(code=code).first() or article(code, kind)
    version = written(of, title, body, language=language, reply=reply)
    services.publish_version(version, audience=audience, by=of.owner, at=at or timezone.now())
    return version
