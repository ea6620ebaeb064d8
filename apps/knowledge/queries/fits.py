"""What cases may be told apart by. The floors above bring the codes: an app announces them in its module
``fits``: ``FITS = {FitAspect.CLASS: lambda: CaseClass.choices}``."""

from collections.abc import Callable, Sequence
from typing import Any

from apps.core.discovery import modules_named
from apps.knowledge.enums import FitAspect
from apps.knowledge.models import Fit

Choices = Sequence[tuple[str, Any]]


def fit_choices(aspect: FitAspect) -> Choices:
    """(code, label) of everything of that aspect; empty where no app has announced any."""
    for _config, module in modules_named("fits"):
        announced: dict[FitAspect, Callable[[], Choices]] = module.FITS
        if aspect in announced:
            return announced[aspect]()
    return ()


def fit_words(fit: Fit) -> str:
    """ "Kind of case: Loss", as people read it."""
    aspect = FitAspect(fit.aspect)
    if aspect == FitAspect.ANY:
        return str(aspect.label)
    if fit.customer is not None:
        return f"{aspect.label}: {fit.customer.display_name}"
    return f"{aspect.label}: {dict(fit_choices(aspect)).get(fit.value, fit.value)}"
