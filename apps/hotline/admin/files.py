"""Files of calls: looked at, taken in, what was refused (CMP-10)."""

from datetime import datetime
from itertools import islice
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from apps.accounts.staff import who
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.records import PanelAdmin
from apps.backoffice.staff_admin import must
from apps.backoffice.templatetags.acts import act_link
from apps.core.downloads import private_file
from apps.core.masking import mask_phone
from apps.hotline import services
from apps.hotline.admin.call_list import span
from apps.hotline.enums import CallOutcome, FileState
from apps.hotline.models import CallFile, PhoneSystem
from apps.hotline.reading import Reading
from apps.hotline.services.writing import first_instant

TAKE = "hotline.take_callfile"
S = FileState
SHOWN = 8


def _take(context: ActContext) -> None:
    services.take_call_file(file_id=context.record.pk, **context.who)


def _drop(context: ActContext) -> None:
    services.drop_call_file(file_id=context.record.pk, **context.who)


def _may_take(file: CallFile) -> bool:
    return file.state in (S.PREVIEW, S.STOPPED)


def _may_again(file: CallFile) -> bool:
    return file.state == S.TAKEN and file.lines_refused > 0


@admin.register(CallFile)
class CallFileAdmin(PanelAdmin):
    page_template = "hotline/file.html"
    acts = (
        Act("take", _("Take it in"), TAKE, _take, may=_may_take, is_panel=True,
            explains=_("Its calls are new or completed; calls that are known already do not change."),
            done=_("The file is being taken in; this page says how far it is.")),
        Act("again", _("Take it in again"), TAKE, _take, may=_may_again, is_panel=True,
            explains=_("After what was missing, an extension say, has been set up: lines that were refused are read"
                       " again."),
            done=_("The file is being taken in; this page says how far it is.")),
        Act("drop", _("Leave it out"), TAKE, _drop, may=lambda file: file.state == S.PREVIEW, is_panel=True,
            danger=True, done=_("None of its calls are in.")),
    )  # fmt: skip
    list_display = (
        "filename", "system", "lines_total", "lines_done", "lines_refused", "calls_changed", "state_tag", "created_at",
    )  # fmt: skip
    list_filter = ("state", "system")
    list_select_related = ("system",)
    search_fields = ("filename",)
    search_help_text = _("file name")
    ordering = ("-id",)

    def main_act(self, request: HttpRequest) -> tuple[Any, str] | None:
        """A file comes from a phone system: its page, or the list where there are several."""
        if not request.user.has_perm(TAKE):
            return None
        systems = list(PhoneSystem.objects.filter(is_active=True)[:2])
        several = reverse("admin:hotline_phonesystem_changelist")
        where = act_link(systems[0], "take-file") if len(systems) == 1 else several
        return _("Take in a file of calls"), where

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [("<int:key>/original/", require_GET(self.original_view), "original")]

    def get_queryset(self, request: HttpRequest) -> Any:
        units = request.user.visible_unit_ids()  # type: ignore[union-attr]  # a user of the staff site
        rows = CallFile.objects.select_related("system", "taken_by", "created_by", "job")
        return rows if units is None else rows.filter(system__unit__in=units)

    @admin.display(description=_("state"), ordering="state")
    def state_tag(self, file: CallFile) -> SafeString:
        return self.tag(FileState(file.state))

    def facts(self, request: HttpRequest, record: CallFile) -> dict[str, Any]:
        found: dict[str, Any] = {
            "title": record.filename,
            "state": FileState(record.state),
            "refusals": record.refusals,
        }
        if record.state == S.PREVIEW:
            try:
                reading = services.preview_call_file(record, at=timezone.now())
            except FileNotFoundError:
                messages.error(
                    request, gettext("The file is missing from the file store. Tell IT.")
                )
            else:
                found |= _preview(reading)
        return found

    def original_view(self, request: HttpRequest, key: int) -> HttpResponseBase:
        """The file as it came, always as a download; who opens it is on record."""
        must(request, TAKE)
        file = self.seen(request, key)
        try:
            opened = services.open_original(file=file, **who(request))
        except FileNotFoundError:
            messages.error(request, gettext("The file is missing from the file store. Tell IT."))
            return redirect(self.page_of(file))
        answer: HttpResponseBase = private_file(opened, name=file.filename)
        return answer


def _preview(reading: Reading) -> dict[str, Any]:
    shown = [
        {
            "at": datetime.fromtimestamp(first_instant(part), timezone.get_current_timezone()),
            "number": mask_phone(part.caller) or "—",
            "outcome": CallOutcome(part.outcome),
            "queue": part.queue,
            "extension": part.extension,
            "waited": span(part.answered - first_instant(part)) if part.answered else "",
        }
        for part in islice(reading.parts.values(), SHOWN)
    ]
    refusals = [{"line": one.line, "why": one.why} for one in reading.refused[:200]]
    counts = {"calls": len(reading.parts), "refused": len(reading.refused), "lines": reading.lines}
    return {"preview": counts, "first": shown, "refusals": refusals}
