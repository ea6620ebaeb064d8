"""Bank files: what came of each, and what a person says about those that are held."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from apps.backoffice.acts import Act, ActContext, on_subject
from apps.backoffice.forms import ReasonForm
from apps.backoffice.records import PanelAdmin
from apps.backoffice.staff_admin import must
from apps.banking import services
from apps.banking.enums import FileState
from apps.banking.models import BankFile
from apps.core.downloads import private_file

TAKE = "banking.take_bankfile"


def _release(context: ActContext) -> None:
    file = services.release_file(context.record, **context.typed, **context.who)
    services.post_file(file, **context.who)


def _is_held(file: BankFile) -> bool:
    return file.state == FileState.HELD


@admin.register(BankFile)
class BankFileAdmin(PanelAdmin):
    page_template = "banking/file.html"
    acts = (
        Act("release", _("Take it after all"), TAKE, _release, form=ReasonForm, may=_is_held, is_panel=True,
            explains=_("Its lines are taken as they can be read; your reason is kept with the file."),
            done=_("The lines are in.")),
        Act("drop", _("Leave it out"), TAKE, on_subject(services.drop_file), form=ReasonForm, may=_is_held, is_panel=True, danger=True,
            done=_("The file stays on record; none of its lines are in.")),
    )  # fmt: skip
    list_display = (
        "filename",
        "account",
        "from_day",
        "to_day",
        "lines_total",
        "lines_new",
        "state_tag",
    )
    list_filter = ("state", "account")
    list_select_related = ("account",)
    search_fields = ("filename",)
    search_help_text = _("file name")
    ordering = ("-id",)

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [("<int:key>/original/", require_GET(self.original_view), "original")]

    @admin.display(description=_("state"), ordering="state")
    def state_tag(self, file: BankFile) -> SafeString:
        return self.tag(FileState(file.state))

    def history_of(self, record: Any) -> Any:
        return record.account

    def facts(self, request: HttpRequest, record: BankFile) -> dict[str, Any]:
        lines = record.lines.filter(
            account=record.account_id, day__gte=record.from_day, day__lte=record.to_day
        ).with_use()
        return {
            "title": record.filename,
            "state": FileState(record.state),
            "account": record.account,
            "lines": lines.order_by("row", "id")[:200],
        }

    def original_view(self, request: HttpRequest, key: int) -> HttpResponseBase:
        """The file as it came, always as a download."""
        must(request, TAKE)
        file = self.seen(request, key)
        try:
            opened: Any = file.original.open("rb")
        except FileNotFoundError:
            messages.error(request, gettext("The file is missing from the file store. Tell IT."))
            return redirect(self.page_of(file))
        answer: HttpResponseBase = private_file(opened, name=file.filename)
        return answer
