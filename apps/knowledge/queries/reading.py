"""Who has still to read what."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from apps.accounts.models import User
from apps.knowledge.enums import Audience
from apps.knowledge.models import Article, ArticleVersion, ReadingRequest, Understanding
from apps.knowledge.queries.in_force import readable


def to_read(user: User, at: datetime) -> "QuerySet[ReadingRequest]":
    """Versions in force that ``user`` was asked to read and has not said to have understood; what is due
    first comes first."""
    roles = [role.value for role, _unit in user.current_roles]
    understood = Understanding.objects.filter(version=OuterRef("version"), by=user)
    return (
        ReadingRequest.objects.filter(~Exists(understood), roles__overlap=roles)
        .filter(version__in=readable(Audience.INTERNAL, at).values("pk"))
        .select_related("version__article")
        .order_by("due_at", "pk")
    )


def missing_readers(request: ReadingRequest) -> "QuerySet[User]":
    """Everybody of the roles as they are held now who has not said to have understood, by name."""
    understood = Understanding.objects.filter(version=request.version_id, by=OuterRef("pk"))
    asked: QuerySet[User] = User.objects.active().people().with_role(*request.roles)
    return asked.filter(~Exists(understood)).order_by("display_name", "pk")


def readings_of(
    *, article: Article | None = None, version: ArticleVersion | None = None
) -> list[ReadingRequest]:
    """What of an article, or of one version, was given to read."""
    rows = ReadingRequest.objects.all()
    if article is not None:
        rows = rows.filter(version__article=article)
    return list(rows.filter(version=version) if version is not None else rows)


def readings_done_by(version: ArticleVersion) -> ReadingRequest | None:
    """The request for a version, once nobody is missing."""
    row = ReadingRequest.objects.filter(version=version).first()
    return None if row is None or missing_readers(row).exists() else row
