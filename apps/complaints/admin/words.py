"""Ready-made answers with their preview, and the tree of causes (CMP-1, CMP-4)."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from apps.accounts.enums import Language
from apps.backoffice.records import ReferenceAdmin
from apps.complaints import services
from apps.complaints.enums import AnswerKind, CaseClass, Liable
from apps.complaints.forms.rules import AnswerForm, CauseForm
from apps.complaints.models import CannedAnswer, CauseNode
from apps.complaints.rules.answers import VARIABLES, fill_answer

# Nobody's data: what a preview is filled with.
SAMPLE = {
    Language.CHINESE: {
        "contact": "王女士", "customer": "云裳服饰", "case": "CS20261125-48391527",
        "waybill": "YP1234567890", "goods": "羊毛衫", "from_city": "上海", "to_city": "北京",
        "status": "运输中", "expected": "11-26 18:00", "answer_by": "15:20", "agent": "王芳",
        "company": settings.COMPANY_NAME, "hotline": settings.COMPANY_PHONE,
    },
    Language.ENGLISH: {
        "contact": "Ms Wang", "customer": "Yunshang Apparel", "case": "CS20261125-48391527",
        "waybill": "YP1234567890", "goods": "woollens", "from_city": "Shanghai",
        "to_city": "Beijing", "status": "on its way", "expected": "11-26 18:00",
        "answer_by": "15:20", "agent": "Wang Fang", "company": settings.COMPANY_NAME_EN,
        "hotline": settings.COMPANY_PHONE,
    },
}  # fmt: skip


@admin.register(CannedAnswer)
class CannedAnswerAdmin(ReferenceAdmin):
    save_by = services.save_canned_answer
    form = AnswerForm
    list_display = ("title", "code", "language", "kind_tag", "class_tag", "position", "is_active")
    list_filter = ("kind", "language", "case_class", "is_active")
    search_fields = ("title", "code", "body")
    ordering = ("kind", "position", "code", "language")
    readonly_fields = ("variables", "preview")

    @admin.display(description=gettext_lazy("kind"))
    def kind_tag(self, answer: CannedAnswer) -> SafeString:
        return self.tag(AnswerKind(answer.kind))

    @admin.display(description=gettext_lazy("kind of case"))
    def class_tag(self, answer: CannedAnswer) -> SafeString | str:
        return self.tag(CaseClass(answer.case_class)) if answer.case_class else _("all")

    @admin.display(description=gettext_lazy("variables"))
    def variables(self, _answer: CannedAnswer) -> SafeString:
        rows = ((f"{{{name}}}", meaning) for name, meaning in VARIABLES.items())
        return format_html_join(" · ", "<code>{}</code> {}", rows)

    @admin.display(description=gettext_lazy("as the customer reads it (sample data)"))
    def preview(self, answer: CannedAnswer) -> SafeString | str:
        """Both languages of the answer, filled; one that is not written yet is said to be missing."""
        if not answer.pk:
            return _("Save once to see it filled.")
        found = {row.language: row for row in CannedAnswer.objects.filter(code=answer.code)}
        return format_html_join(
            "",
            '<section class="cs-preview" lang="{}"><strong>{}</strong><pre>{}</pre></section>',
            (_sample(language, found.get(language)) for language in Language),
        )

    class Media:
        css = {"all": ["complaints/complaints.css"]}


def _sample(language: Language, answer: CannedAnswer | None) -> tuple[str, str, str]:
    if answer is None:
        return language.value, str(language.label), _("Not written in this language yet.")
    with override(language.value):
        body = fill_answer(answer.body, SAMPLE[language])
    return language.value, f"{language.label} · {answer.title}", body


@admin.register(CauseNode)
class CauseNodeAdmin(ReferenceAdmin):
    save_by = services.save_cause
    form = CauseForm
    list_display = ("tree_name", "english_name", "code", "liable_tag", "is_active")
    list_filter = ("liable", "is_active")
    search_fields = ("name", "english_name", "code")
    ordering = ("position", "code")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code", "parent") if obj else ()

    @admin.display(description=gettext_lazy("Chinese name"))
    def tree_name(self, cause: CauseNode) -> SafeString:
        return format_html("{}{}", "\u3000" * cause.code.count("."), cause.name)

    @admin.display(description=gettext_lazy("usually liable"))
    def liable_tag(self, cause: CauseNode) -> SafeString | str:
        return self.tag(Liable(cause.liable)) if cause.liable else "—"
