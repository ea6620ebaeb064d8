"""Layouts of bank files that staff add: which heading stands over what."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acting import ActAdmin
from apps.backoffice.acts import Act, ActContext
from apps.banking import services
from apps.banking.forms import LayoutForm
from apps.banking.models import BankLayout


def _save(context: ActContext) -> BankLayout:
    typed = context.typed
    known = {name: typed.pop(name) for name in ("code", "name", "source")}
    return services.save_layout(**known, definition=context.form.definition(), **context.who)


@admin.register(BankLayout)
class BankLayoutAdmin(ActAdmin):
    entry = Act("enter", _("Describe a layout"), "banking.add_banklayout", _save, form=LayoutForm,
        explains=_("For a bank whose files are not recognised. The same code again is a new version; the"
                   " newest one counts."),
        done=_("Files of this layout are read from now on."))  # fmt: skip
    list_display = ("name", "code", "version", "source", "created_by", "created_at")
    list_select_related = ("created_by",)
    search_fields = ("code", "name")
    ordering = ("code", "-version")
    fields = ("name", "code", "version", "source", "definition", "created_by", "created_at")

    def page_of(self, record: Any) -> str:
        return self.list_page()
