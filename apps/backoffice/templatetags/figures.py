"""``{% figure one %}``: a picture with its numbers beside it."""

from typing import Any

from django import template

from apps.backoffice.figures import Figure

register = template.Library()


@register.inclusion_tag("backoffice/figure.html", name="figure")
def shown_figure(figure: Figure) -> dict[str, Any]:
    return {"figure": figure}
