"""The base of every staff admin class: lists that never count, writes through services only,
and the timeline of who did what when."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from django.contrib.admin.filters import AllValuesFieldListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.core.paginator import InvalidPage
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin, TabularInline

from apps.core.pagination import UncountedPaginator
from apps.events.details import readable_details
from apps.events.kinds import label_of
from apps.events.queries import timeline


class StaffChangeList(ChangeList):
    """Reads the page asked for and one row more, whatever the table's size; never counts."""

    usual: Sequence[Any] = ()

    def get_ordering(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> list[Any]:
        self.usual = self.model_admin.get_ordering(request)
        return super().get_ordering(request, queryset)

    def _get_default_ordering(self) -> Sequence[Any]:
        """The column that is marked is the one that this look at the list is sorted by."""
        return self.usual or super()._get_default_ordering()  # type: ignore[misc]  # not in the stubs

    def get_results(self, request: HttpRequest) -> None:
        paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        try:
            page = paginator.page(self.page_num)
        except InvalidPage:
            raise IncorrectLookupParameters from None
        self.result_list = page.object_list
        self.result_count = self.full_result_count = paginator.count
        self.show_full_result_count = self.can_show_all = False
        self.show_admin_actions = False
        self.multi_page = paginator.num_pages > 1
        self.paginator = paginator


class StaffAdmin(ModelAdmin):
    """Register every staff model with a subclass of this.

    Adding, changing and deleting are off unless a subclass opens them and overrides
    ``save_model`` to call a service. Each change page ends with the timeline.
    """

    paginator = UncountedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0
    compressed_fields = True
    warn_unsaved_form = True
    list_filter_submit = True
    change_form_template = "admin/staff_change_form.html"
    timeline_limit = 100
    # What the button above the list says, for whoever may add one.
    add_label: Any = ""

    def main_act(self, request: HttpRequest) -> tuple[Any, str] | None:
        """What one comes to the list to do, its words and its address."""
        if not self.has_add_permission(request):
            return None
        label = self.add_label or _("Add %(name)s") % {"name": self.opts.verbose_name}
        return label, reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_add")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        extra = {"main_act": self.main_act(request), **(extra_context or {})}
        return super().changelist_view(request, extra)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return StaffChangeList

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """None of Django's: what is done to many is a ``BulkAct``, and nothing is deleted by the hundred."""
        return {}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        subject = self.get_object(request, object_id)
        extra: dict[str, Any] = {"timeline": []}
        if subject is not None:
            extra["timeline"] = timeline_rows(subject, self.timeline_limit)
        return super().change_view(request, object_id, form_url, {**extra, **(extra_context or {})})

    @staticmethod
    def tag(value: Any) -> SafeString:
        """A choice as a coloured tag with its word, so colour is never alone."""
        label = getattr(value, "label", value)
        return format_html(
            '<span class="tag tag-{}">{}</span>', getattr(value, "colour", "grey"), label
        )


def must(request: HttpRequest, permission: str) -> None:
    """Refuse whoever lacks "app.codename"."""
    if not request.user.has_perm(permission):
        raise PermissionDenied


def in_words(words: Callable[[str], str]) -> type[AllValuesFieldListFilter]:
    """For ``list_filter``: ``("service_level", in_words(level_name))`` offers the codes that are
    there by what people call them."""

    class InWords(AllValuesFieldListFilter):
        def choices(self, changelist: ChangeList) -> Iterator[Any]:
            codes = {str(code) for code in self.lookup_choices}
            for choice in super().choices(changelist):
                shown = str(choice["display"])
                yield {**choice, "display": words(shown) if shown in codes else shown}

    return InWords


def timeline_rows(
    subject: models.Model, limit: int = 100, *, without: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Rows for ``admin/timeline.html``: when, what in words, who, and the details."""
    return [
        {
            "at": event.at,
            "recorded_at": event.recorded_at,
            "what": label_of(event.kind),
            "kind": event.kind,
            "by": event.by,
            "details": readable_details(event, subject),
        }
        for event in timeline(subject, limit, without=without)
    ]


class ReadOnlyInline(TabularInline):
    """Rows shown with their parent and changed only through its actions."""

    extra = 0
    max_num = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
