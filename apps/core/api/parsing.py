"""JSON as it comes in: whatever cannot be read is the sender's mistake, never ours."""

import codecs
from collections import Counter
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ParseError, ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.utils import json


class StrictJSONParser(JSONParser):
    """The library lets two of Python's own errors through: brackets nested without end, and a
    charset that nobody knows."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        encoding = (parser_context or {}).get("encoding", settings.DEFAULT_CHARSET)
        try:
            text: Any = codecs.getreader(encoding)(stream)
            return json.load(text, parse_constant=json.strict_constant, object_pairs_hook=_object)
        except ValueError as error:
            raise ParseError(f"JSON parse error - {error}") from error
        except (RecursionError, LookupError) as error:
            raise ParseError(_("The JSON cannot be read.")) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A field given twice is refused: which of the two was meant, nobody can say."""
    made = dict(pairs)
    if len(made) < len(pairs):
        counted = Counter(name for name, _value in pairs)
        twice = [name for name, times in counted.items() if times > 1]
        raise ValidationError(
            {
                "".join(c for c in name[:60] if c.isprintable()): [
                    ErrorDetail(_("This field is given twice."), "given_twice")
                ]
                for name in twice[:20]
            }
        )
    return made
