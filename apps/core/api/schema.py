"""The OpenAPI description: what every operation shares is said once, here."""

import re
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from apps.core.api.problem import CONTENT_TYPE, TITLES
from apps.core.api.views import ApiView

ALWAYS = (400, 401, 403, 404, 405, 406, 429, 500, 503)
WHEN_WRITING = (409, 413, 415, 422)


class ProblemErrorSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="Dotted path of the input at fault; may be empty.")
    row = serializers.IntegerField(
        allow_null=True, help_text="Which item of a list, counted from 1."
    )
    code = serializers.CharField()
    detail = serializers.CharField()


# Made by name, because a field called "errors" cannot be declared on a serializer class.
PROBLEM = inline_serializer(
    "Problem",
    {
        "type": serializers.CharField(),
        "title": serializers.CharField(),
        "status": serializers.IntegerField(),
        "detail": serializers.CharField(),
        "code": serializers.CharField(),
        "errors": ProblemErrorSerializer(many=True),
    },
)


class ApiAutoSchema(AutoSchema):
    """Adds the refusals that any operation may give, the Idempotency-Key where a method honours
    it, and the scope an operation needs."""

    def _insert_field_validators(self, field: Any, schema: dict[str, Any]) -> None:
        """The library adds "or empty" as a second choice to every pattern; where the pattern takes
        an empty text as it is, that would be two of ``oneOf``, and so forbid it."""
        super()._insert_field_validators(field, schema)  # type: ignore[no-untyped-call]  # untyped there
        either = schema.get("oneOf", [{}])[0]
        if "pattern" in either and re.match(either["pattern"], "") and len(schema["oneOf"]) == 2:
            del schema["oneOf"]
            schema.update(either)

    def get_override_parameters(self) -> list[Any]:
        parameters = list(super().get_override_parameters())
        if isinstance(self.view, ApiView):
            parameters += self.view.asked(self.method)
        if getattr(self._method(), "idempotent", False):
            parameters.append(
                OpenApiParameter(
                    name="Idempotency-Key",
                    type={
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 255,
                        "pattern": "^[!-~]+$",
                    },
                    location=OpenApiParameter.HEADER,
                    required=False,
                    description="Repeating a request with the same key within 24 hours does the "
                    "work once and gives the same answer.",
                )
            )
        return parameters

    def get_description(self) -> str:  # type: ignore[override]  # as in drf-spectacular's own class
        description = str(super().get_description() or "")
        scope = getattr(self.view, "required_scopes", {}).get(self.method)
        return f"{description}\n\nScope: `{scope}`.".strip() if scope else description

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation:
            # The library says so for plain shapes only. A form's own fields say what it needs.
            body = operation.get("requestBody", {})
            if "application/json" in body.get("content", {}) and self._needs_body():
                body["required"] = True
            for status, answer in self._refusals().items():
                operation["responses"].setdefault(status, answer)
            self._add_links(operation)
        return operation

    def _add_links(self, operation: dict[str, Any]) -> None:
        """Where an answer leads: ``links = {"POST": {"order_read": {"number": "/number"}}}`` on
        the view fills the other operation's parameters from this one's answer."""
        links = getattr(self.view, "links", {}).get(self.method, {})
        for status, answer in operation["responses"].items():
            if links and status.startswith("2"):
                answer["links"] = {
                    target: {
                        "operationId": target,
                        "parameters": {
                            name: f"$response.body#{where}" for name, where in wanted.items()
                        },
                    }
                    for target, wanted in links.items()
                }

    def _needs_body(self) -> bool:
        """Not where each of its fields may be left out."""
        shape: Any = self.get_request_serializer()
        shape = shape() if isinstance(shape, type) else shape
        fields = getattr(shape, "fields", {})
        one_of = bool(getattr(shape, "needs_one_of", ()))
        return one_of or not fields or any(field.required for field in fields.values())

    def _method(self) -> Any:
        action = getattr(self.view, "action", None) or self.method.lower()
        return getattr(self.view, action, None)

    def _refusals(self) -> dict[str, Any]:
        statuses = ALWAYS if self.method == "GET" else (*ALWAYS, *WHEN_WRITING)
        return {
            str(status): self._get_response_for_code(  # type: ignore[no-untyped-call]  # untyped there
                OpenApiResponse(response=PROBLEM, description=str(TITLES[status])),
                status,
                media_types=[CONTENT_TYPE],
            )
            for status in statuses
        }
