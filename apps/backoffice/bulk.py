"""The same act for many records: chosen in a list, explained on a page, done by POST, each result in
its row."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from apps.backoffice.acting import ActAdmin
from apps.backoffice.acts import ActContext, BulkAct
from apps.backoffice.forms import with_pickers
from apps.backoffice.once import done_here
from apps.core.errors import RuleBroken

MOST = 200


@dataclass(frozen=True)
class Chosen:
    """One record of the page that asks: its key, its address, and a word on how it stands."""

    record: Any
    key: Any
    address: str
    about: Any = ""


@dataclass(frozen=True)
class Result:
    """What became of one record; ``refusal`` is empty when it is done."""

    record: Any
    address: str
    refusal: str


class BulkAdmin(ActAdmin):
    """``bulk_acts`` stand in the list's bar. Records this person may not see are not there."""

    bulk_acts: Sequence[BulkAct] = ()

    def get_urls(self) -> list[URLPattern]:
        view = never_cache(self.admin_site.admin_view(self.bulk_view))
        return [
            path("do-many/<slug:name>/", view, name=f"{self._prefix}_bulk"),
            *super().get_urls(),
        ]

    # --- what a subclass may say -----------------------------------------------------------------

    def read_chosen(self, records: list[Any]) -> None:
        """Read at once what the page that asks says of them."""

    def about_chosen(self, record: Any) -> Any:
        """How a chosen record stands, on the page that asks."""
        return ""

    def shown(self, records: Iterable[Any]) -> dict[str, Any]:
        """Hidden fields by which the page that asks says what it has shown."""
        return {}

    def as_shown(self, request: HttpRequest, record: Any) -> None:
        """Put back on the record what the page had shown of it, as its version."""

    # --- asking and acting ------------------------------------------------------------------------

    def bulk_bar(self, request: HttpRequest) -> dict[str, Any]:
        """What a list needs to show the bar: the acts, and the address that their names stand behind."""
        return {
            "bulk": [act for act in self.bulk_acts if act.allows(request.user)],
            "bulk_address": reverse(f"admin:{self._prefix}_bulk", args=["-"]).removesuffix("-/"),
            "key_of": lambda row: getattr(row, self.act_field),
        }

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        # A list in a window of its own is there to choose one row for a form.
        bar = {} if IS_POPUP_VAR in request.GET else self.bulk_bar(request)
        return super().changelist_view(request, {**bar, **(extra_context or {})})

    def bulk_view(self, request: HttpRequest, name: str) -> HttpResponseBase:
        """POST with the chosen asks; POST with ``go``: each in its own transaction."""
        act = next((act for act in self.bulk_acts if act.name == name), None)
        if act is None:
            raise Http404
        if request.method != "POST":
            return HttpResponseRedirect(self.list_page())
        keys = list(dict.fromkeys(request.POST.getlist("chosen")))[: MOST + 1]
        return self.ask_many(request, act, keys)

    def ask_many(self, request: HttpRequest, act: BulkAct, keys: list[Any]) -> HttpResponseBase:
        """The page that asks, or the act done and what came of it."""
        if not act.allows(request.user):
            raise PermissionDenied
        if not keys or len(keys) > MOST:
            message = _("Choose 1 to %(most)d rows in the list first.") % {"most": MOST}
            messages.warning(request, message)
            query = QueryDict(request.POST.get("query", "")[:2000])
            return HttpResponseRedirect(f"{self.list_page()}?{query.urlencode()}".rstrip("?"))
        # Oldest first, as everybody who locks several: two at once wait, and never crosswise.
        known = {f"{self.act_field}__in": self._readable(keys)}
        records = list(self.get_queryset(request).filter(**known).order_by("pk"))
        going = "go" in request.POST or not act.asks
        context = ActContext(None, request.user, timezone.now())
        given: dict[str, Any] = {"initial": act.initial(context), **act.options(context)}
        form = with_pickers(act.form(request.POST if going else None, **given))
        if going and form.is_valid():
            return self._do_many(request, act, records, form)
        self.read_chosen(records)
        return self.page(
            request,
            "backoffice/bulk.html",
            act.label,
            act=act,
            form=form,
            chosen=[
                Chosen(one, getattr(one, self.act_field), self.page_of(one), self.about_chosen(one))
                for one in records
            ],
            missing=len(keys) - len(records),
            shown=self.shown(records),
            address=reverse(f"admin:{self._prefix}_bulk", args=[act.name]),
            back=self.list_page(),
        )

    def _readable(self, keys: list[Any]) -> list[Any]:
        """Without those that cannot be a key at all: no page of ours sends them."""
        field = self.opts.pk if self.act_field == "pk" else self.opts.get_field(self.act_field)
        read = []
        for key in keys:
            with suppress(ValidationError):
                read.append(field.clean(key, None))
        return read

    def _do_many(
        self, request: HttpRequest, act: BulkAct, records: list[Any], form: Any
    ) -> HttpResponseBase:
        shared = act.shared(request) if act.shared else None
        results = [self._do_one(request, act, record, form, shared) for record in records]
        done = [one.record for one in results if not one.refusal]
        if done and act.leads_to is not None:
            for one in results:
                if one.refusal:
                    messages.warning(request, f"{one.record}: {one.refusal}")
            return HttpResponseRedirect(act.leads_to(done, form.cleaned_data))
        answer = self.page(
            request,
            "backoffice/bulk.html",
            act.label,
            act=act,
            results=results,
            done=len(done),
            noun=self.opts.verbose_name,
            back=self.list_page(),
        )
        if not done:
            return answer
        message = _(
            "Your first press did it: “%(act)s” for %(done)d of %(all)d. Each one's timeline says what happened."
        ) % {"act": act.label, "done": len(done), "all": len(results)}
        return done_here(answer, where=self.list_page(), message=message)

    def _do_one(
        self, request: HttpRequest, act: BulkAct, record: Any, form: Any, shared: Any
    ) -> Result:
        address = self.page_of(record)
        self.as_shown(request, record)
        context = ActContext(record, request.user, timezone.now(), form=form, shared=shared)
        news = self.messages_meanwhile(request, context) if act.tells_customer else []
        if news:
            return Result(record, address, news[0])
        try:
            act.run(context)
        except RuleBroken as refusal:
            return Result(record, address, str(refusal))
        except ObjectDoesNotExist:
            return Result(record, address, _("This one is not there any more."))
        return Result(record, address, "")
