"""Orders that an agent had half typed when the window closed."""

from functools import partial

from apps.backoffice.queries import drafts

KIND = "orders.order"
draft_form = partial(drafts.draft_form, kind=KIND)
drafts_of = partial(drafts.drafts_of, KIND)
