"""What is written down about a case for ourselves: notes, files, its facts, links to other cases."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.backoffice.acts import ActContext
from apps.complaints import services
from apps.complaints.acts import CaseAct, calling, is_live
from apps.complaints.enums import LinkKind
from apps.complaints.forms.acts import records as f
from apps.complaints.models import Case


def _files(context: ActContext) -> None:
    typed = context.typed
    services.add_files(
        case_id=context.record.pk,
        files=typed["files"],
        from_customer=typed["from_customer"] == "yes",
        note=typed["note"],
        **context.who,
    )


def _change(context: ActContext) -> None:
    version = context.typed["version"]
    services.change_case(
        case_id=context.record.pk, version=version, changes=context.form.changes, **context.who
    )


def _change_initial(context: ActContext) -> dict[str, Any]:
    case: Case = context.record
    return {
        "version": case.version,
        "title": case.title,
        "case_class": case.case_class,
        "severity": case.severity,
        "severity_reason": case.severity_reason,
        "is_direct": "yes" if case.is_direct else "no",
        "waybill": case.waybill.number if case.waybill else "",
        "language": case.language,
        "cause": case.cause_id,
    }


def _link(context: ActContext) -> str:
    typed = context.typed
    services.link_cases(
        case_id=context.record.pk,
        other_id=typed["other"].pk,
        kind=LinkKind(typed["kind"]),
        **context.who,
    )
    return _("Linked with %(number)s; both timelines say so.") % {"number": typed["other"].number}


def _unlink(context: ActContext) -> None:
    services.unlink_cases(
        case_id=context.record.pk, other_id=context.typed["other"].pk, **context.who
    )


ACTS = (
    CaseAct(
        "note",
        gettext_lazy("Note"),
        "complaints.handle_case",
        calling(services.add_note),
        explains=gettext_lazy("For colleagues only; never leaves the company."),
        done=gettext_lazy("The note is on record."),
        form=f.NoteForm,
        key="n",
    ),
    CaseAct(
        "files",
        gettext_lazy("Add files"),
        "complaints.handle_case",
        _files,
        explains=gettext_lazy("Pictures, PDF, Word, Excel or text."),
        done=gettext_lazy("The files are on record."),
        form=f.FileForm,
        key="u",
    ),
    CaseAct(
        "change",
        gettext_lazy("Change"),
        "complaints.change_case",
        _change,
        explains=gettext_lazy(
            "Another class or severity chooses the policy anew; what was done already counts."
        ),
        done=gettext_lazy("Saved."),
        form=f.ChangeForm,
        key="e",
        may=is_live,
        initial=_change_initial,
    ),
    CaseAct(
        "link",
        gettext_lazy("Link"),
        "complaints.merge_case",
        _link,
        explains=gettext_lazy("Two cases that belong together; both say so."),
        form=f.LinkForm,
        key="k",
    ),
    CaseAct(
        "unlink",
        gettext_lazy("Remove the link"),
        "complaints.merge_case",
        _unlink,
        done=gettext_lazy("The link is removed."),
        form=f.UnlinkForm,
        is_panel=False,
    ),
)
