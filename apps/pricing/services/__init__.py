from apps.pricing.services.papers import (
    add_tax_class,
    approve_quote,
    make_quote,
    turn_down_quote,
)
from apps.pricing.services.tariffs import (
    change_terms,
    create_tariff,
    discard_draft,
    draft_version,
    fill_draft,
    publish_version,
)

__all__ = [
    "add_tax_class",
    "approve_quote",
    "change_terms",
    "create_tariff",
    "discard_draft",
    "draft_version",
    "fill_draft",
    "make_quote",
    "publish_version",
    "turn_down_quote",
]
