"""Words of the staff interface's library that come without Chinese; named here so that the house's
own file of messages keeps and gives them."""

from django.utils.translation import gettext_lazy as _

WORDS = (
    _("No results found"),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("Reset filters"),
    _("Type to search"),
    _("Select all rows"),
    _("Select record"),
    _("Dark"),
    _("Light"),
    _("Filters"),
    _("Apply Filters"),
    _("Run"),
    _("General"),
    _("Next"),
    _("Previous"),
    _("No data"),
    _("Go back"),
    _("More actions"),
    _("Choose file to upload"),
    _("Click to download"),
    _("True"),
    _("False"),
    _("Return to site"),
    _("Submit"),
    _("Toggle password visibility"),
    _("Expand row"),
    _("All applications"),
    _("No results matching your query"),
    _("Loading more results..."),
    _("Add row"),
    _("You have been successfully logged out from the administration"),
)
