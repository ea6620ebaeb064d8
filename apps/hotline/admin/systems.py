"""Phone systems with their extensions, and by what the answer rate is judged (CMP-10)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, ActContext
from apps.backoffice.records import PanelAdmin, RecordAdmin
from apps.hotline import forms, services
from apps.hotline.enums import Profile
from apps.hotline.models import AnswerPolicy, PhoneSystem

MANAGE, TAKE, SET = (
    "hotline.manage_phonesystem",
    "hotline.take_callfile",
    "hotline.set_answerpolicy",
)


def _add(context: ActContext) -> PhoneSystem:
    return services.save_phone_system(system=None, values=context.typed, **context.who)


def _change(context: ActContext) -> None:
    services.save_phone_system(system=context.record, values=context.typed, **context.who)


def _columns(context: ActContext) -> None:
    columns = {role: name for role, name in context.typed.items() if name}
    row: PhoneSystem = context.record
    values = {name: getattr(row, name) for name in ("name", "zone", "internal")}
    services.save_phone_system(system=row, values={**values, "columns": columns}, **context.who)


def _seat(context: ActContext) -> None:
    services.seat_agent(system=context.record, **context.typed, **context.who)


def _leave(context: ActContext) -> None:
    services.leave_extension(extension=context.row, **context.typed, **context.who)


def _upload(context: ActContext) -> HttpResponseBase:
    file = context.typed["file"]
    row, _is_new = services.upload_call_file(system=context.record, file=file, **context.who)
    return redirect("admin:hotline_callfile_change", row.pk)


def _as_it_is(context: ActContext) -> dict[str, Any]:
    row: PhoneSystem = context.record
    names = ("name", "profile", "zone", "queues", "internal", "is_active")
    return {"unit": row.unit_id, **{name: getattr(row, name) for name in names}}


@admin.register(PhoneSystem)
class PhoneSystemAdmin(PanelAdmin):
    page_template = "hotline/system.html"
    entry = Act("add", _("Add a phone system"), MANAGE, _add, form=forms.SystemForm, done=_("Added. Say who sits at"
                " which extension, then take in a file."))  # fmt: skip
    acts = (
        Act("take-file", _("Take in a file of calls"), TAKE, _upload, form=forms.CallFileForm,
            explains=_("The next page shows what would come of it; nothing is taken in before you say so.")),
        Act("change", _("Change"), MANAGE, _change, form=forms.SystemForm, initial=_as_it_is, done=_("Changed.")),
        Act("columns", _("Columns of its sheets"), MANAGE, _columns, form=forms.ColumnsForm,
            may=lambda row: row.profile == Profile.SHEET, initial=lambda context: context.record.columns,
            explains=_("The headings as they stand in the sheet. The preview of a file shows whether they fit."),
            done=_("Saved.")),
        Act("seat", _("Assign an extension"), MANAGE, _seat, form=forms.SeatForm,
            initial=lambda context: {"since": context.at}, done=_("Assigned.")),
        Act("leave", _("Give back"), MANAGE, _leave, form=forms.LeaveForm, rows="extensions", done=_("Given back.")),
    )  # fmt: skip
    list_display = ("name", "profile", "unit", "zone", "is_active")
    list_filter = ("is_active", "profile")
    list_select_related = ("unit",)
    search_fields = ("name",)
    search_help_text = _("name")
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> Any:
        units = request.user.visible_unit_ids()  # type: ignore[union-attr]  # a user of the staff site
        rows = PhoneSystem.objects.select_related("unit")
        return rows if units is None else rows.filter(unit__in=units)

    def facts(self, request: HttpRequest, record: PhoneSystem) -> dict[str, Any]:
        return {
            "title": record.name,
            "acts": self.offered(request, record),
            "profile": Profile(record.profile),
            "extensions": record.extensions.select_related("user").order_by("extension", "-since")[
                :200
            ],
            "files": record.files.order_by("-id")[:20],
            "may_manage": request.user.has_perm(MANAGE),
        }


def _set(context: ActContext) -> AnswerPolicy:
    return services.set_answer_policy(**context.typed, **context.who)


def _newest(_context: ActContext) -> dict[str, Any]:
    row = AnswerPolicy.objects.order_by("-since")[0]
    return {name: getattr(row, name) for name in ("short_seconds", "level_seconds", "goal")}


@admin.register(AnswerPolicy)
class AnswerPolicyAdmin(RecordAdmin):
    entry = Act("set", _("Set another policy"), SET, _set, form=forms.PolicyForm, initial=_newest,
                explains=_("It counts for calls offered from that day on; what was before stays as it was judged."),
                done=_("Set."))  # fmt: skip
    list_display = ("since", "short_seconds", "level_seconds", "goal", "at", "by")
    list_select_related = ("by",)
    ordering = ("-since",)
