"""Security checks of accounts: the list by account, carrying one out, following up what was found."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, ActContext, on_subject
from apps.backoffice.listing import ListAdmin
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.backoffice.records import PanelAdmin, ReferenceAdmin
from apps.core.templatetags.formatting import countdown, human, status_tag
from apps.safety import services
from apps.safety.enums import CheckState, FollowUpState
from apps.safety.forms import CheckForm, HandForm, ResultForm
from apps.safety.models import AccountCheck, CheckFollowUp, CheckItem
from apps.safety.queries import checks as queries

CARRY_OUT = "safety.carry_out_accountcheck"


def _due(row: AccountCheck) -> SafeString | str:
    if row.state != CheckState.DUE:
        return human(row.done_at)
    return countdown(row.due_at) if row.due_at else ""


class CheckList(StaffList):
    title = _("Security checks of accounts")
    columns = (
        Column("account", _("account"), str, is_link=True),
        Column("bank", _("bank"), lambda row: row.account.bank),
        Column("state", _("state"), lambda row: status_tag(row, "state")),
        Column("due", _("due or carried out"), _due),
        Column("waiting", _("open findings"), lambda row: row.waiting or ""),
        Column("by", _("carried out by"), lambda row: row.done_by),
    )
    views = (
        View("due", _("To be carried out")),
        View("overdue", _("Overdue")),
        View("findings", _("With open findings"), sort="newest"),
        View("done", _("Carried out"), sort="newest"),
        View("all", _("All"), sort="newest"),
    )
    sorts = (
        Sort("due", _("What is due next"), ("due_at", "pk"), nulls_last=True),
        Sort("newest", _("Newest first"), ("-pk",)),
    )
    empty = _("No check is due. Each open account of ours has one ahead of it.")

    def rows(self, query: ListQuery) -> "QuerySet[AccountCheck]":
        return queries.check_list(query.view, query.at)


def _carry_out(context: ActContext) -> None:
    services.carry_out_check(context.record, **context.form.answers(), **context.who)


def _put_right(context: ActContext) -> None:
    services.close_follow_up(context.row, result=context.typed["result"], **context.who)


def _is_waiting(row: CheckFollowUp) -> bool:
    return row.state == FollowUpState.WAITING


@admin.register(AccountCheck)
class AccountCheckAdmin(ListAdmin, PanelAdmin):
    listing = CheckList()
    page_template = "safety/check.html"
    acts = (
        Act("carry-out", _("Carry out the check"), CARRY_OUT, _carry_out, form=CheckForm,
            may=lambda row: row.state == CheckState.DUE,
            explains=_("Each line needs an answer. What is not in order becomes a finding that somebody puts"
                       " right until a day; the next check of this account begins now."),
            done=_("The check is on record.")),
        Act("put-right", _("Put right"), CARRY_OUT, _put_right, form=ResultForm, rows="follow_ups", may=_is_waiting,
            explains=_("You looked, and it is in order now."), done=_("Put right.")),
        Act("hand-over", _("Somebody else or another day"), CARRY_OUT, on_subject(services.hand_follow_up), form=HandForm, rows="follow_ups",
            may=_is_waiting, done=_("Handed over.")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[AccountCheck]":
        found: QuerySet[AccountCheck] = super().get_queryset(request)
        return found.select_related("account", "done_by")

    def facts(self, request: HttpRequest, record: AccountCheck) -> dict[str, Any]:
        may_follow_up = request.user.has_perm(CARRY_OUT)
        return {
            "title": str(record),
            "acts": self.offered(request, record),
            "state": CheckState(record.state),
            "answers": queries.answers_of(record),
            "follow_ups": queries.follow_ups_of(record),
            "may_follow_up": may_follow_up,
            "reveals": queries.reveals_since(record),
            "last": queries.before(record),
        }


@admin.register(CheckItem)
class CheckItemAdmin(ReferenceAdmin):
    save_by = services.save_item
    list_display = ("name", "english_name", "position", "is_active")
    fields = ("code", "name", "english_name", "position", "is_active")
    ordering = ("position", "id")
