"""JSON as it comes in: whatever cannot be read is the sender's mistake, never ours."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class HouseJSONParser(JSONParser):
    """The library lets two of Python's own errors through: brackets nested without end, and a
    charset that nobody knows."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except (RecursionError, LookupError) as error:
            raise ParseError(_("The JSON cannot be read.")) from error
