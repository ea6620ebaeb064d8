"""Articles: the page of those who write them, and the handbook that all staff read (STF-2)."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Language
from apps.backoffice.acts import Act, ActContext, on_subject
from apps.backoffice.forms import ReasonForm
from apps.backoffice.listing import ListAdmin
from apps.backoffice.records import PanelAdmin
from apps.knowledge import forms, services
from apps.knowledge.admin.article_list import ArticleList
from apps.knowledge.admin.handbook import HandbookPages
from apps.knowledge.admin.samples import as_read
from apps.knowledge.enums import ArticleKind, Audience, FitAspect
from apps.knowledge.models import Article
from apps.knowledge.queries import missing_readers, opinions_of
from apps.knowledge.queries.articles import publication_state, uses_of
from apps.knowledge.queries.fits import fit_words
from apps.knowledge.rules.markdown import render

WRITE, PUBLISH = "knowledge.change_article", "knowledge.publish_article"
USUAL_TIME_TO_READ = timedelta(days=7)


def _enter(context: ActContext) -> Article:
    values = context.typed
    return services.enter_article(code=values.pop("code"), values=values, **context.who)


def _change(context: ActContext) -> None:
    services.change_article(context.record, context.typed, **context.who)


def _write(language: Language) -> Any:
    def run(context: ActContext) -> None:
        services.write_version(
            context.record, language=language.value, **context.typed, **context.who
        )

    return run


def _last(language: Language) -> Any:
    def initial(context: ActContext) -> dict[str, Any]:
        newest = context.record.versions.filter(language=language).order_by("-n").first()
        if newest is None:
            return {"after": 0}
        texts = {"title": newest.title, "body": newest.body, "reply": newest.reply}
        return {"after": newest.n, **texts}

    return initial


def _look(language: Language) -> Any:
    def look(context: ActContext) -> dict[str, Any]:
        typed = context.typed
        return {
            "preview_template": "knowledge/_preview.html",
            "title_typed": typed["title"],
            "html": render(typed["body"]),
            "reply": as_read(typed["reply"], language),
        }

    return look


def _fit(context: ActContext) -> None:
    form: Any = context.form
    services.set_fits(
        context.record, values=form.values(), customers=context.typed["customers"], **context.who
    )


def _fits_now(context: ActContext) -> dict[str, Any]:
    found: dict[str, Any] = {aspect.value: [] for aspect in forms.BY_CODE}
    customers = []
    for fit in context.record.fits.select_related("customer"):
        if fit.customer is not None:
            customers.append(fit.customer.code)
        elif fit.aspect == FitAspect.ANY:
            found["any_case"] = True
        else:
            found[fit.aspect].append(fit.value)
    return {**found, "customers": ", ".join(customers)}


def _values(context: ActContext) -> dict[str, Any]:
    return {name: getattr(context.record, name) for name in forms.ChangeArticleForm.base_fields}


def _new(context: ActContext) -> dict[str, Any]:
    return {"owner": context.by, "review_on": timezone.localdate(context.at) + timedelta(days=180)}


def _in_use(article: Article) -> bool:
    return article.retired_at is None


def _not_ended(publication: Any) -> bool:
    return publication.ends_at is None or publication.ends_at > timezone.now()


ENTER = Act("enter", _("Enter an article"), "knowledge.add_article", _enter, form=forms.ArticleForm,
    initial=_new, explains=_("Then write it, and publish it for staff or for everybody."))  # fmt: skip
ACTS = (
    Act("write-zh", _("Write in Chinese"), WRITE, _write(Language.CHINESE), form=forms.VersionForm,
        may=_in_use, initial=_last(Language.CHINESE), preview=_look(Language.CHINESE), done=_("The version is saved. Nobody reads it before it is published.")),
    Act("write-en", _("Write in English"), WRITE, _write(Language.ENGLISH), form=forms.VersionForm,
        may=_in_use, initial=_last(Language.ENGLISH), preview=_look(Language.ENGLISH), done=_("The version is saved. Nobody reads it before it is published.")),
    Act("publish", _("Publish"), PUBLISH, on_subject(services.publish_version), form=forms.PublishForm, rows="versions",
        explains=_("In force from then on; the version before it ends at that moment."), done=_("Published.")),
    Act("ask-to-read", _("Give it to read"), PUBLISH, on_subject(services.ask_reading), form=forms.ReadingForm, rows="versions",
        initial=lambda context: {"due_at": context.at + USUAL_TIME_TO_READ},
        explains=_("Everybody of these roles says that they have read and understood; who is missing stands here by name."),
        done=_("It stands on their page to read.")),
    Act("fits", _("For which cases"), WRITE, _fit, form=forms.FitsForm, may=_in_use, initial=_fits_now,
        explains=_("Where it is suggested beside a case. Chosen kinds of cases and customers are the only ones."),
        done=_("Changed.")),
    Act("withdraw", _("Withdraw"), PUBLISH, on_subject(services.withdraw_publication), form=ReasonForm, rows="publications", may=_not_ended, danger=True,
        explains=_("Nobody of this audience reads it from now on."), done=_("Withdrawn.")),
    Act("review", _("It has been reviewed"), WRITE, on_subject(services.review_article), form=forms.ReviewForm, may=_in_use,
        initial=lambda context: {"next_on": timezone.localdate(context.at) + timedelta(days=180)},
        done=_("Reviewed.")),
    Act("change", _("Section, owner, review"), WRITE, _change, form=forms.ChangeArticleForm, may=_in_use,
        initial=_values, done=_("Changed.")),
    Act("retire", _("Retire"), PUBLISH, on_subject(services.retire_article), form=ReasonForm, may=_in_use, danger=True,
        explains=_("Nobody reads it any more; it stays on record, and its code is never another's."), done=_("Retired.")),
)  # fmt: skip


@admin.register(Article)
class ArticleAdmin(HandbookPages, ListAdmin, PanelAdmin):
    acts, entry = ACTS, ENTER
    listing = ArticleList()
    add_label = _("Enter an article")
    page_template = "knowledge/article.html"

    def must_list(self, request: HttpRequest) -> None:
        if not request.user.has_perm(WRITE):
            super().must_list(request)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponseBase:
        """Who does not write reads it in the handbook."""
        article = self.get_object(request, object_id)
        if article is not None and not request.user.has_perm(WRITE):
            where = reverse("admin:knowledge_article_read", args=[article.code])
            return HttpResponseRedirect(where)
        return super().change_view(request, object_id, form_url, extra_context)

    def facts(self, request: HttpRequest, record: Article) -> dict[str, Any]:
        at = timezone.now()
        versions = list(record.versions.select_related("by").defer("words"))
        newest = {row.language: row for row in reversed(versions)}
        texts = [(one, newest.get(one.value)) for one in Language]
        publications = record.publications.select_related("version", "by").defer("version__words")
        return {
            "title": next((row.title for _one, row in texts if row), record.code),
            "acts": self.offered(request, record),
            "kind": ArticleKind(record.kind),
            "texts": [
                (one, row, render(row.body), as_read(row.reply, one))
                if row
                else (one, None, "", "")
                for one, row in texts
            ],
            "fits": [fit_words(fit) for fit in record.fits.select_related("customer")],
            "uses": uses_of(record),
            "versions": versions,
            "publications": [
                (row, Audience(row.audience), publication_state(row, at), _not_ended(row))
                for row in publications
            ],
            "readings": [
                (row, list(missing_readers(row)))
                for one in versions
                for row in one.reading_requests.all()
            ],
            "opinions": [(row, *opinions_of(row)) for _one, row in texts if row],
            "may_publish": request.user.has_perm(PUBLISH),
            "unread": gettext("Nobody reads it yet."),
        }
