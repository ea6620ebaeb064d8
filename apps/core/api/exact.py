"""Fields of the API that take exactly what its description says, and nothing else.

DRF's own are forgiving: a number passes for a text, "5" for 5, and blanks around a text are cut
off before it is measured. What a description cannot say, it cannot promise.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import UTC, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension
from rest_framework import serializers as s

from apps.core.errors import BadInput, RuleBroken

T = TypeVar("T")
# Control characters but for tab and line ends; nothing the database or a page can keep.
CONTROLS = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"
BLANKS = r"\t\n\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
ANY_TEXT = rf"^[^{CONTROLS}]*$"
# Each class excludes the next, so that no text whatever makes the match slow.
SOME_TEXT = rf"^[{BLANKS}]*[^{CONTROLS}{BLANKS}][^{CONTROLS}]*$"
# Zones reach fourteen hours; the database takes offsets below sixteen.
FARTHEST_ZONE = timedelta(hours=16)
PLAIN_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
PLAIN_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class ExactText(s.CharField):
    """A JSON string of the length and shape said; ``shape`` is read alike by Python and ECMA."""

    default_error_messages = {
        "bad_text": _("This holds a character that cannot be kept; type it anew."),
        "bad_shape": _("This does not have the shape that is asked for."),
    }

    def __init__(self, shape: str = "", **options: Any) -> None:
        options.setdefault("trim_whitespace", False)
        super().__init__(**options)
        self.shape = shape or (ANY_TEXT if self.allow_blank else SOME_TEXT)
        self._shaped = re.compile(self.shape.removesuffix("$") + r"\Z")

    def run_validation(self, data: Any = s.empty) -> Any:
        if isinstance(data, str) and not data.strip() and not self.allow_blank:
            self.fail("blank")
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        if "\x00" not in data and not self._shaped.match(data):
            if self.shape in (ANY_TEXT, SOME_TEXT):
                self.fail("bad_text")
            raise s.ValidationError(self.error_messages["bad_shape"], code="invalid")
        return data


class ExactInteger(s.IntegerField):
    """A JSON number without decimal places."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, float) and data.is_integer():
            data = int(data)  # 5.0 is a whole number to JSON Schema
        if type(data) is not int:
            self.fail("invalid")
        return data


class ExactBoolean(s.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return bool(data)


class ExactChoice(s.ChoiceField):
    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or data not in self.choices:
            # What cannot be written must not be quoted in the refusal either.
            as_shown = "".join(sign for sign in str(data)[:40] if sign.isprintable())
            self.fail("invalid_choice", input=as_shown)
        return data


class ExactMoney(s.Field[Decimal, Any, str, Any]):
    """Yuan as a string with at most two decimal places."""

    SHAPE = r"^[0-9]{1,8}(\.[0-9]{1,2})?$"
    default_error_messages = {"invalid": _("Write the amount as a string such as “12.50”.")}

    def __init__(self, shape: str = SHAPE, **options: Any) -> None:
        super().__init__(**options)
        self.shape = shape

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str) or not re.fullmatch(self.shape.strip("^$"), data):
            self.fail("invalid")
        return Decimal(data)


class ExactMoment(s.DateTimeField):
    """RFC 3339 with a zone."""

    def to_internal_value(self, value: Any) -> Any:
        if not isinstance(value, str) or not PLAIN_MOMENT.fullmatch(value):
            self.fail("invalid", format="2026-03-21T14:05:00+08:00")
        moment = super().to_internal_value(value.upper())
        offset = moment.utcoffset()
        if offset is None or abs(offset) < FARTHEST_ZONE:
            return moment
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            return moment.replace(tzinfo=UTC)

    def enforce_timezone(self, value: Any) -> Any:
        """Its own zone is as good as ours, into which the last hours of 9999 would not fit."""
        return value


class ExactDay(s.DateField):
    def to_internal_value(self, value: Any) -> Any:
        if not isinstance(value, str) or not PLAIN_DAY.fullmatch(value):
            self.fail("invalid", format="2026-03-21")
        return super().to_internal_value(value)


class StrictShape(s.Serializer[Any]):
    """Refuses fields it does not know: a misspelt “cod_ammount” must not be lost in silence.

    ``needs_one_of`` names fields of which at least one must be given.
    """

    needs_one_of: tuple[str, ...] = ()

    def validate(self, attrs: Any) -> Any:
        if self.needs_one_of and not set(self.needs_one_of) & set(attrs):
            names = ", ".join(self.needs_one_of)
            raise s.ValidationError(
                gettext("One of these is needed: %(names)s.") % {"names": names}, "required"
            )
        return super().validate(attrs)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(set(data) - set(self.fields), key=str)
            if unknown:
                raise s.ValidationError(
                    {
                        # What cannot be written must not be quoted in the refusal either.
                        "".join(c for c in str(name)[:60] if c.isprintable()): [
                            s.ErrorDetail(gettext("There is no such field."), "unknown_field")
                        ]
                        for name in unknown[:20]
                    }
                )
        return super().to_internal_value(data)


@cache
def _shared_instance(shape: type[s.Serializer[Any]]) -> s.Serializer[Any]:
    return shape()


def taken(shape: type[s.Serializer[Any]], data: Any) -> dict[str, Any]:
    """``data`` validated against this shape; raises ValidationError. One instance per process is shared, since
    the library would copy the shape's fields for each new one."""
    if data is None:  # refused by the shape itself, not by one of its fields
        shape(data=data).is_valid(raise_exception=True)
    found: dict[str, Any] = _shared_instance(shape).run_validation(data)
    return found


def judged(work: Callable[[], T]) -> T:
    """The shape has judged all that the description can say; what the services refuse beyond that
    is a conflict with how things are."""
    try:
        return work()
    except BadInput as problem:
        raise RuleBroken(problem.message, code=problem.code, field=problem.field) from None


def decoded(text: str, field: str) -> bytes:
    """A file from its base64. RuleBroken, since no description says what base64 is."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as problem:
        raise RuleBroken(str(problem), code="file_broken", field=field) from None


def as_shown(shape: type[s.Serializer[Any]], row: Any) -> dict[str, Any]:
    """A row serialised in this shape; the instance is shared as in ``taken``."""
    return _shared_instance(shape).to_representation(row)


class StrictShapeSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # the library is untyped
    """Says in the description what the shape does: no further properties."""

    target_class = "apps.core.api.exact.StrictShape"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        schema["additionalProperties"] = False
        if not type(self.target).__doc__:
            # The one inherited from here is for whoever writes shapes.
            schema.pop("description", None)
        if self.target.needs_one_of:
            schema["anyOf"] = [{"required": [name]} for name in self.target.needs_one_of]
        return schema


class ExactTextSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # the library is untyped
    """The very pattern that is matched. Its meta data (nullable, default) is added by the library."""

    target_class = "apps.core.api.exact.ExactText"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        field = self.target
        schema: dict[str, Any] = {"type": "string", "pattern": field.shape}
        if field.max_length is not None:
            schema["maxLength"] = field.max_length
        if not field.allow_blank:
            schema["minLength"] = 1
        return schema


class ExactMoneySchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # the library is untyped
    target_class = "apps.core.api.exact.ExactMoney"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "string", "pattern": self.target.shape}
