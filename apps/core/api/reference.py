"""The API's description as a page that people read: no script, under the strictest policy."""

import json
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")
COMPONENTS = "#/components/schemas/"


@require_safe
def api_reference(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/api_reference.html", _description())


@lru_cache(maxsize=1)
def _description() -> dict[str, Any]:
    """It changes with the code only, so it is made once per process."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # untyped there
    shapes = schema.get("components", {}).get("schemas", {})
    operations = [
        _operation(path, method, described)
        for path, methods in sorted(schema["paths"].items())
        for method, described in methods.items()
        if method in METHODS
    ]
    return {
        "info": schema["info"],
        "operations": operations,
        "shapes": [_shape(name, shape) for name, shape in sorted(shapes.items())],
    }


def _operation(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    contents = operation.get("requestBody", {}).get("content", {})
    return {
        "id": operation.get("operationId", f"{method}-{path}"),
        "method": method.upper(),
        "path": path,
        "description": operation.get("description", ""),
        "parameters": [
            {
                "name": given["name"],
                "where": given["in"],
                "required": given.get("required", False),
                "type": _type(given.get("schema", {})),
                "description": given.get("description", ""),
            }
            for given in operation.get("parameters", [])
        ],
        "body": [(kind, *_link(content.get("schema", {}))) for kind, content in contents.items()],
        "answers": [
            (status, answer.get("description", ""), *_answer_link(answer))
            for status, answer in sorted(operation.get("responses", {}).items())
        ],
    }


def _answer_link(answer: dict[str, Any]) -> tuple[str, str]:
    for content in answer.get("content", {}).values():
        return _link(content.get("schema", {}))
    return "", ""


def _shape(name: str, shape: dict[str, Any]) -> dict[str, Any]:
    required = set(shape.get("required", ()))
    return {
        "name": name,
        "description": shape.get("description", ""),
        "fields": [
            (field, _type(inside), field in required, inside.get("description", ""), *_link(inside))
            for field, inside in shape.get("properties", {}).items()
        ],
        "raw": "" if "properties" in shape else json.dumps(shape, ensure_ascii=False, indent=2),
    }


def _link(schema: dict[str, Any]) -> tuple[str, str]:
    """What a schema is called, and the shape on this page that it leads to."""
    inner = schema.get("items", schema)
    for part in (inner, *inner.get("allOf", ()), *inner.get("oneOf", ())):
        if name := str(part.get("$ref", "")).removeprefix(COMPONENTS):
            return (f"{name}[]" if "items" in schema else name), name
    return _type(schema), ""


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "items" in schema:
        return f"{_link(schema['items'])[0]}[]"
    kind = schema.get("type", "")
    kind = " | ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{kind} ({schema['format']})" if "format" in schema else kind
