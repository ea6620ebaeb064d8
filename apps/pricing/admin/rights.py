"""Who may do what here."""

DRAFT = "pricing.draft_tariff"
PUBLISH = "pricing.publish_tariff"
TRY = "pricing.try_tariff"
QUOTE = "pricing.add_quote"
APPROVE = "pricing.approve_quote"
TAX = "pricing.add_taxclass"
