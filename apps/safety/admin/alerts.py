"""Alerts about unusual access, and the rules that raise them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.listing import ListAdmin
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.backoffice.records import PanelAdmin, ReferenceAdmin
from apps.core.templatetags.formatting import human, status_tag
from apps.safety import services
from apps.safety.enums import AlertKind, AlertState
from apps.safety.forms import BecauseForm, RemarkForm
from apps.safety.models import AlertRule, SecurityAlert
from apps.safety.queries.access import alert_list, in_words

JUDGE = "safety.judge_securityalert"


class AlertList(StaffList):
    title = _("Security alerts")
    columns = (
        Column("kind", _("what"), lambda row: status_tag(row, "kind"), is_link=True),
        Column("person", _("person")),
        Column("count", _("how many")),
        Column("since", _("since"), lambda row: human(row.since)),
        Column("last", _("last"), lambda row: human(row.last_event_at)),
        Column("state", _("state"), lambda row: status_tag(row, "state")),
    )
    views = (
        View("open", _("Open")),
        View("investigated", _("Under investigation")),
        View("harmless", _("Harmless")),
        View("all", _("All")),
    )
    sorts = (Sort("newest", _("Newest first"), ("-pk",)),)
    empty = _("No alert. One is raised when a rule about access calls something unusual.")

    def rows(self, query: ListQuery) -> "QuerySet[SecurityAlert]":
        return alert_list(query.user, query.view)


def _harmless(context: ActContext) -> None:
    services.find_harmless(context.record, because=context.typed["because"], **context.who)


def _investigate(context: ActContext) -> HttpResponseBase | None:
    remark = context.typed["remark"]
    report = services.investigate_alert(context.record, remark=remark, **context.who)
    if context.by.has_perm("quality.view_exceptionreport"):
        return redirect("admin:quality_exceptionreport_change", report.pk)
    return None


@admin.register(SecurityAlert)
class SecurityAlertAdmin(ListAdmin, PanelAdmin):
    listing = AlertList()
    page_template = "safety/alert.html"
    acts = (
        Act("harmless", _("Harmless, because …"), JUDGE, _harmless, form=BecauseForm,
            may=lambda row: row.state == AlertState.OPEN,
            explains=_("The alert is closed with your reason; more of the same raises a new one."),
            done=_("The alert is closed.")),
        Act("investigate", _("Investigate"), JUDGE, _investigate, form=RemarkForm, danger=True,
            may=lambda row: row.state in (AlertState.OPEN, AlertState.HARMLESS),
            explains=_("A serious exception is opened: with an investigation, corrective actions and a deadline."),
            done=_("An exception is opened.")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[SecurityAlert]":
        return alert_list(person(request), "all")

    def facts(self, request: HttpRequest, record: SecurityAlert) -> dict[str, Any]:
        return {
            "title": str(record),
            "acts": self.offered(request, record),
            "kind": AlertKind(record.kind),
            "what": in_words(record),
            "state": AlertState(record.state),
        }


@admin.register(AlertRule)
class AlertRuleAdmin(ReferenceAdmin):
    save_by = services.save_rule
    list_display = ("kind_tag", "is_active", "most", "minutes", "from_hour", "to_hour")
    fields = ("is_active", "most", "minutes", "from_hour", "to_hour")
    ordering = ("id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a rule is read by code; the migration brings them all

    @admin.display(description=_("kind"))
    def kind_tag(self, row: AlertRule) -> SafeString:
        return self.tag(AlertKind(row.kind))
