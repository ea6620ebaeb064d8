"""Files of a case, and the case on paper (CMP-1)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.staff import person, who
from apps.complaints import services
from apps.complaints.admin.access import must_see
from apps.complaints.admin.case_page import CasePages
from apps.complaints.models import CaseFile
from apps.complaints.queries.desk import desk_page
from apps.complaints.queries.page import file_of
from apps.core.downloads import private_file
from apps.core.files.attachments import JPEG


class PaperPages(CasePages):
    def file_view(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """A file, to who may see its case. Pictures were drawn anew and may show; everything else
        is only ever a download."""
        must_see(request)
        try:
            file = file_of(key, person(request))
        except (CaseFile.DoesNotExist, ValidationError):
            raise Http404 from None
        try:
            content = services.open_file(file=file, **who(request))
        except FileNotFoundError:
            messages.error(request, _("The file is missing from the file store. Tell IT."))
            return redirect(self.page_of(file.entry.case))
        shows = file.content_type == JPEG
        return private_file(content, name=file.name, content_type=file.content_type, shows=shows)

    def print_view(self, request: HttpRequest, number: str) -> HttpResponseBase:
        """The whole case on white paper, masked, with who printed it and when."""
        case = self.seen(request, number)
        at = timezone.now()
        desk = desk_page(number, person(request), at)
        return self.page(
            request, "complaints/print.html", case.number, desk=desk, case=desk.case, at=at
        )
