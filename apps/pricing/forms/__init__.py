from apps.pricing.forms.papers import QuoteForm, TaxClassForm
from apps.pricing.forms.tariffs import DraftForm, ImportForm, PublishForm, TariffForm, TermsForm
from apps.pricing.forms.trying import TryForm

__all__ = [
    "DraftForm",
    "ImportForm",
    "PublishForm",
    "QuoteForm",
    "TariffForm",
    "TaxClassForm",
    "TermsForm",
    "TryForm",
]
