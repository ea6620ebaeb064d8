"""Imports: a file is handed in, looked at, taken; what was refused goes back with its reasons."""

import io
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from apps.backoffice import services
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.admin.jobs import SeenAct, progress_bar
from apps.backoffice.downloads import as_download
from apps.backoffice.enums import ImportState
from apps.backoffice.forms.held_files import drop_files
from apps.backoffice.forms.imports import ImportForm
from apps.backoffice.imports import Import, all_imports
from apps.backoffice.models import ImportFile
from apps.backoffice.queries.imports import imports_open_to, visible_imports
from apps.backoffice.records import PanelAdmin
from apps.backoffice.staff_admin import in_words
from apps.core.errors import BadInput, RuleBroken
from apps.core.times import human

ROWS_SHOWN = 500


def label_of(name: str) -> str:
    declared = all_imports().get(name)
    return str(declared.label) if declared else name


def _upload(declared: Import, context: ActContext) -> ImportFile:
    return services.upload_import(
        declared=declared,
        file=context.typed["file"],
        parameters=context.form.parameters(),
        **context.who,
    )


def upload_act(declared: Import) -> Act:
    return Act(
        "upload",
        declared.label,
        declared.permission,
        partial(_upload, declared),
        explains=declared.explains,
        form=declared.form or ImportForm,
        button=gettext_lazy("Look at it"),
        page="backoffice/import_upload.html",
    )


def _take(context: ActContext) -> None:
    services.take_import(file_id=context.record.pk, **context.who)


def _drop(context: ActContext) -> None:
    services.drop_import(file_id=context.record.pk, **context.who)


def _waits(file: ImportFile) -> bool:
    return file.state == ImportState.PREVIEW


ACTS = (
    SeenAct(
        "take", gettext_lazy("Take the good rows in"), "", _take,
        explains=gettext_lazy(
            "Good rows are taken in at once; refused ones come back as a file with the reason beside each."
        ),
        may=_waits, button=gettext_lazy("Take in"),
    ),
    SeenAct(
        "drop", gettext_lazy("Do not take it"), "", _drop,
        explains=gettext_lazy("The file is deleted; nothing was entered."),
        done=gettext_lazy("Nothing was taken in."), may=_waits, danger=True,
    ),
)  # fmt: skip


@admin.register(ImportFile)
class ImportFileAdmin(PanelAdmin):
    """For all staff: whoever may import nothing sees an empty list."""

    acts = ACTS
    list_display = [
        *("name", "kind_label", "state_tag", "rows_total", "rows_taken", "rows_known"),
        *("rows_refused", "uploaded", "uploaded_by"),
    ]
    list_display_links = ["name"]
    list_filter = ["state", ("kind", in_words(label_of))]
    ordering = ["-id"]
    page_template = "backoffice/import.html"
    list_before_template = "backoffice/imports_above.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportFile]:
        return visible_imports(request.user)

    def own_pages(self) -> list[tuple[str, Any, str]]:
        """Each kind has a page of its own to hand a file in, and a template."""
        kinds: list[tuple[str, Any, str]] = []
        for declared in all_imports().values():
            new = partial(self.upload_view, declared=declared)
            template = require_GET(partial(self.template_view, declared=declared))
            kinds += [
                (f"new/{declared.name}/", new, f"new_{declared.slug}"),
                (f"template/{declared.name}/", template, f"template_{declared.slug}"),
            ]
        return [
            *kinds,
            ("<int:pk>/refused/", require_GET(self.refused_view), "refused"),
            ("<int:pk>/original/", require_GET(self.original_view), "original"),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        kinds = [(one.label, self._address("new", one)) for one in imports_open_to(request.user)]
        return super().changelist_view(request, {"kinds": kinds, **(extra_context or {})})

    def _address(self, what: str, declared: Import) -> str:
        return reverse(f"admin:{self._prefix}_{what}_{declared.slug}")

    def upload_view(self, request: HttpRequest, *, declared: Import) -> HttpResponseBase:
        act = upload_act(declared)
        if not act.allows(request.user):
            raise PermissionDenied
        context = self.act_context(request, None)
        request.import_template = self._address("template", declared)  # type: ignore[attr-defined]  # read by the page
        return self.answer(request, act, context)

    def refused(self, context: ActContext, refusal: RuleBroken) -> None:
        """A file that cannot be read is not stored for the next try: a better one has to be chosen."""
        if isinstance(refusal, BadInput) and refusal.field == "file":
            drop_files(context.form)

    def facts(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        declared = all_imports()[record.kind]
        rows = list(record.rows.order_by("-outcome", "number")[:ROWS_SHOWN])
        return {
            "title": record.name,
            "file": record,
            "kind": declared.label,
            "job": record.job,
            "bar": progress_bar(record.job) if record.job else "",
            "is_live": record.job is not None and record.job.is_live,
            "good": record.rows_total - record.rows_refused,
            # People in clear: for whoever has the file in hand anyway.
            "first": record.first_rows if record.uploaded_by == request.user else {},
            "rows": [(row, _subject_page(declared, row.subject_id)) for row in rows],
            "rows_shown": ROWS_SHOWN,
            "waits": _waits(record),
        }

    def template_view(self, request: HttpRequest, *, declared: Import) -> HttpResponseBase:
        if not request.user.has_perm(declared.permission):
            raise PermissionDenied
        return _xlsx(services.template_file(declared), _("template"))

    def refused_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        file = self.seen(request, pk)
        if not file.rows_refused:
            raise Http404
        try:
            return _xlsx(services.refused_rows(file), _("refused rows"))
        except FileNotFoundError:
            raise Http404 from None

    def original_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        file = self.seen(request, pk)
        try:
            opened = services.open_original(file=file, by=request.user, at=timezone.now())
        except FileNotFoundError:
            raise Http404 from None
        return as_download(opened, file.name)

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def kind_label(self, file: ImportFile) -> str:
        return label_of(file.kind)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_tag(self, file: ImportFile) -> SafeString:
        return self.tag(file.now)

    @admin.display(description=gettext_lazy("uploaded at"), ordering="id")
    def uploaded(self, file: ImportFile) -> str:
        return human(file.uploaded_at)


def _subject_page(declared: Import, subject_id: int | None) -> str:
    if subject_id is None or not declared.subject:
        return ""
    app, model = declared.subject.split(".")
    return reverse(f"admin:{app}_{model}_change", args=[subject_id])


def _xlsx(content: bytes, name: str) -> HttpResponseBase:
    return as_download(io.BytesIO(content), f"{name}.xlsx")
