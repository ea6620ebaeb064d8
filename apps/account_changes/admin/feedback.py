"""What customers say to an account change, and which notices were looked up (COD-5, COD-6)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.account_changes.enums import FeedbackClass, NoticeAnswer
from apps.account_changes.models import Feedback, NoticeCheck
from apps.accounts.staff import person
from apps.backoffice.records import PanelAdmin
from apps.core.times import local


class AnsweredFilter(admin.SimpleListFilter):
    title = _("answered")
    parameter_name = "answered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Waits for an answer")), ("yes", _("Answered"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = {"no": True, "yes": False}.get(self.value() or "")
        if asked is None:
            return queryset
        return queryset.filter(case__isnull=False, answered_at__isnull=asked)


class ReadOnlyAdmin(PanelAdmin):
    """Rows that nobody enters here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin):
    list_display = ("whose", "kind_tag", "source", "given", "answered", "case")
    list_filter = ("kind", AnsweredFilter, "recipient__campaign")
    search_fields = ("recipient__customer__search_text",)
    search_help_text = _("customer")
    ordering = ("-id",)
    page_template = "account_changes/feedback.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Feedback]":
        rows: QuerySet[Feedback] = Feedback.objects.visible_to(person(request))
        return rows.select_related(
            "recipient__customer", "recipient__campaign__project", "case", "answered_by", "given_by"
        )

    @admin.display(description=_("customer"))
    def whose(self, row: Feedback) -> str:
        return str(row.recipient.customer)

    @admin.display(description=_("class"), ordering="kind")
    def kind_tag(self, row: Feedback) -> SafeString:
        return self.tag(FeedbackClass(row.kind))

    @admin.display(description=_("given"), ordering="given_at")
    def given(self, row: Feedback) -> str:
        return local(row.given_at)

    @admin.display(description=_("answered"))
    def answered(self, row: Feedback) -> str:
        return local(row.answered_at) if row.answered_at else "—"

    def facts(self, request: HttpRequest, row: Feedback) -> dict[str, Any]:
        return {"title": str(row.recipient.customer), "kind": FeedbackClass(row.kind)}


@admin.register(NoticeCheck)
class NoticeCheckAdmin(ReadOnlyAdmin):
    list_display = ("when", "answer_tag", "whose", "code_index")
    list_filter = ("answer",)
    ordering = ("-id",)
    page_template = "account_changes/notice_check.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[NoticeCheck]":
        rows: QuerySet[NoticeCheck] = super().get_queryset(request)
        return rows.select_related("recipient__customer", "recipient__campaign__project")

    @admin.display(description=_("when"), ordering="at")
    def when(self, row: NoticeCheck) -> str:
        return local(row.at)

    @admin.display(description=_("answer"), ordering="answer")
    def answer_tag(self, row: NoticeCheck) -> SafeString:
        return self.tag(NoticeAnswer(row.answer))

    @admin.display(description=_("whose notice"))
    def whose(self, row: NoticeCheck) -> str:
        return str(row.recipient.customer) if row.recipient else "—"

    def facts(self, request: HttpRequest, row: NoticeCheck) -> dict[str, Any]:
        tried = NoticeCheck.objects.filter(code_index=row.code_index).select_related("recipient")
        return {
            "title": NoticeAnswer(row.answer).label,
            "answer": NoticeAnswer(row.answer),
            "tried": tried[:50],
        }
