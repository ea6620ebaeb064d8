"""For which cases an article is."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.customers.models import Customer
from apps.events.services import record
from apps.knowledge.enums import FitAspect
from apps.knowledge.models import Article, Fit
from apps.knowledge.queries.fits import fit_choices, fit_words

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def set_fits(
    article: Article,
    *,
    values: Mapping[FitAspect, Collection[str]],
    customers: Collection[Customer] = (),
    by: "User",
    at: datetime,
) -> list[Fit]:
    """These in place of those before. ``values``: the codes of each aspect; "any" has one, "". BadInput
    names a code that nothing has."""
    row = Article.objects.select_for_update().get(pk=article.pk)
    fits = [
        Fit(article=row, aspect=aspect.value, value=value)
        for aspect, codes in values.items()
        for value in dict.fromkeys(codes)
    ]
    for fit in fits:
        if fit.aspect != FitAspect.ANY and fit.value not in dict(
            fit_choices(FitAspect(fit.aspect))
        ):
            raise BadInput(
                _("There is no “%(value)s”.") % {"value": fit.value},
                code="unknown_value",
                field=fit.aspect,
            )
    fits += [
        Fit(article=row, aspect=FitAspect.CUSTOMER, customer=customer)
        for customer in dict.fromkeys(customers)
    ]
    row.fits.all().delete()
    found = Fit.objects.bulk_create(fits)
    data = {"fits": ", ".join(fit_words(one) for one in found)}
    record("article.fits_changed", row, by=by, at=at, data=data)
    return found
