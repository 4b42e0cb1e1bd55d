"""What each operation says of itself in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from tuijin.importers.nouns import CHOICES, Noun
from tuijin.ledger.rest import resource
from tuijin.ledger.rest.resource import RANGED, Resource, Shown
from tuijin.ledger.targets import Target

_TYPES: dict[str, dict[str, Any]] = {
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "json": {"type": "object"},
    "longitude": {"type": "number"},
    "latitude": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "month": {"type": "string", "description": "month, as 2025-09"},
    "period": {"type": "string", "description": "2025-09, or 2025-09-1 to -3 for a 旬"},
    "money": {"type": "string", "description": "yuan, decimal text with at most two places"},
    "decimal": {"type": "string", "description": "decimal text without exponent"},
    "instant": {"type": "string", "format": "date-time"},
    "url": {"type": "string", "format": "uri"},
}
_PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "in Chinese, for people"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable ASCII, for programs"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
_STALE = {"type": "object", "properties": {"etag": {"type": "string"}}}
_REFUSALS = {
    400: "not parseable: JSON, encoding, duplicate key, number",
    401: "not signed in, session ended, account disabled",
    403: "visible, but the action is not allowed; CSRF",
    404: "missing or not visible: the same answer",
    409: "exists already; idempotency_mismatch; in_progress",
    412: "If-Match is not the current version; the body holds the current ETag",
    413: "body over 1 MB",
    415: "not application/json",
    422: "well-formed, but a field, filter or page breaks a rule",
    428: "If-Match is missing",
    429: "over 600 requests a minute; see Retry-After",
}

_ANY = (401, 403, 404, 422, 429)


def of(noun: str) -> dict[str, dict[str, Any]]:
    """Return the documentation of the four operations of a noun."""
    kind = resource.of(noun)
    title = f"{kind.target.noun.en} ({kind.target.noun.zh})"
    entry = _entry(kind)
    page = {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": entry},
            "next": {"type": "string", "description": "token of the next page, or empty"},
        },
    }
    corrected = (
        " Entries of this kind are never overwritten: the change is a new entry with a new id that "
        "supersedes this one; both stay on record." if kind.is_corrected else ""
    )  # fmt: skip
    operations = {
        "list": _operation(
            f"List: {title}", "Keyset pages in the reader's scope. Fields above the reader's class "
            "are absent; a filter or sort by one keeps the rows on which it may be read.",
            parameters=_parameters(kind), answer=page, refusals=(401, 403, 422, 429),
        ),
        "get": _operation(
            f"Get: {title}", "One entry with its ETag.", answer=entry,
            refusals=(401, 403, 404, 429),
        ),
        "create": _operation(
            f"Create: {title}", "Answers 201 with Location and ETag. With an Idempotency-Key the "
            "same request has one effect and one answer.", parameters=[_IDEMPOTENCY],
            body=_body(kind, is_new=True), status=201, answer=entry,
            refusals=(400, 401, 403, 409, 413, 415, 422, 429),
        ),
        "change": _operation(
            f"Change: {title}", f"Changes the fields given.{corrected}",
            parameters=[_IF_MATCH, _IDEMPOTENCY], body=_body(kind, is_new=False), answer=entry,
            refusals=(400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429),
        ),
    }  # fmt: skip
    return {
        name: {**operation, "operation_id": f"{name}_{noun}"}
        for name, operation in operations.items()
    }


_IF_MATCH = {
    "name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"},
    "description": "ETag of the version seen",
}  # fmt: skip
_IDEMPOTENCY = {
    "name": "Idempotency-Key", "in": "header", "required": False,
    "schema": {"type": "string", "maxLength": 80},
}  # fmt: skip


def held(body: dict[str, Any] | None = None, *, is_needed: bool = True) -> dict[str, Any]:
    """What an operation says that acts on the version of an entry that the writer saw."""
    said = {} if body is None else sent(body, is_needed=is_needed)
    return {**said, "parameters": [_IF_MATCH, _IDEMPOTENCY]}


def sent(body: dict[str, Any], *, status: int = 200, is_needed: bool = True) -> dict[str, Any]:
    """What an operation says of the JSON it is sent, and of the status it answers with."""
    content = {"application/json": {"schema": body}}
    return {
        "requestBody": {"required": is_needed, "content": content},
        "responses": {status: {"description": "OK"}},
    }


def corrected(noun: str) -> dict[str, Any]:
    """What an operation says that asks for a correction: the fields of a noun, and a reason."""
    body = _body(resource.of(noun), is_new=False)
    reason = {"type": "string", "maxLength": 1000}
    body["properties"] = {**body["properties"], "reason": reason}
    return {**sent({**body, "required": ["reason"]}, status=202),
            "parameters": [_IF_MATCH, _IDEMPOTENCY]}  # fmt: skip


def partly_corrected(noun: str) -> dict[str, Any]:
    """What an operation says that changes an entry, and asks for a correction of some fields."""
    found = corrected(noun)
    body = found["requestBody"]["content"]["application/json"]["schema"]
    body["required"] = []
    found["responses"][200] = found["responses"][202]
    return found


def fields(noun: Noun, model: type[Model]) -> dict[str, Any]:
    """The JSON object that is read by the columns of a noun."""
    return _body(Resource(Target(noun, model)), is_new=True)


def complete(document: dict[str, Any]) -> None:
    """Say of every operation what any of its kind may be refused with."""
    for operations in document["paths"].values():
        for method, operation in operations.items():
            answers = operation["responses"]
            if {"201", "202"} & answers.keys() and answers["200"] == {"description": "OK"}:
                del answers["200"]  # put there by django-ninja
            for code in _ANY if method == "get" else _REFUSALS:
                answers.setdefault(str(code), _refusal(code))


def _refusal(code: int) -> dict[str, Any]:
    schema = _STALE if code == 412 else _PROBLEM
    return {
        "description": _REFUSALS[code],
        "content": {"application/problem+json": {"schema": schema}},
    }


def _operation(
    summary: str, description: str, *, answer: dict[str, Any], refusals: tuple[int, ...],
    parameters: list[dict[str, Any]] | None = None, body: dict[str, Any] | None = None,
    status: int = 200,
) -> dict[str, Any]:  # fmt: skip
    responses: dict[int, Any] = {
        status: {"description": "OK", "content": {"application/json": {"schema": answer}}}
    }
    responses |= {code: _refusal(code) for code in refusals}
    extra: dict[str, Any] = {"responses": responses, "parameters": parameters or []}
    if body is not None:
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return {"summary": summary, "description": description, "openapi_extra": extra}


def _schema(column: Shown) -> dict[str, Any]:
    found: dict[str, Any] = dict(_TYPES.get(column.kind, {"type": "string"}))
    spec = column.spec
    if spec is None:
        found["readOnly"] = True
        return found
    found["title"] = f"{spec.zh} · {spec.en}"
    notes = [found.get("description", ""), spec.note_zh, f"class {spec.field_class}"]
    if spec.kind == "choice":
        found["enum"] = list(CHOICES[spec.choices])
    if spec.kind == "ref":
        notes.append(f"key of a {spec.ref}")
    if spec.unit:
        notes.append(f"in {spec.unit}")
    if spec.kind in ("text", "long_text"):
        found["maxLength"] = spec.max_length
    found["description"] = "; ".join(filter(None, notes))
    return found


def _entry(kind: Resource) -> dict[str, Any]:
    columns = {name: _or_none(_schema(column)) for name, column in kind.columns.items()}
    own = {"id": {"type": "integer"}, "etag": {"type": "string"}}
    return {"type": "object", "properties": {**own, **columns}, "required": ["id", "etag"]}


def _or_none(schema: dict[str, Any]) -> dict[str, Any]:
    """The same, or nothing: null, or a text without letters."""
    found = {k: v for k, v in schema.items() if k not in ("format", "maxLength")}
    if "enum" in found:
        found["enum"] = [*found["enum"], "", None]
    return {**found, "type": [found["type"], "null"]}


def _body(kind: Resource, *, is_new: bool) -> dict[str, Any]:
    fixed = () if is_new else kind.target.noun.key
    specs = [spec for spec in kind.target.noun.columns if spec.name not in fixed]
    shown = {
        spec.name: _schema(Shown(spec.name, spec.kind, spec.field_class, "", spec))
        for spec in specs
    }
    body: dict[str, Any] = {"type": "object", "properties": shown, "additionalProperties": False}
    required = [spec.name for spec in specs if spec.required]
    if is_new and required:
        body["required"] = required
    return body


def _parameters(kind: Resource) -> list[dict[str, Any]]:
    def query(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
        return {"name": name, "in": "query", "required": False, "description": description,
                "schema": schema}  # fmt: skip

    orders = sorted(kind.sorted_by)
    found = [
        query("size", "entries a page", {"type": "integer", "default": 50, "maximum": 200}),
        query("after", "`next` of the page before", {"type": "string"}),
        query("sort", "column, with - before it for descending",
              {"type": "string", "enum": [*orders, *(f"-{name}" for name in orders)]}),
        query("q", "words in name, title, key or code", {"type": "string"}),
    ]  # fmt: skip
    if kind.is_corrected:
        found.append(query("history", "true: superseded entries too", {"type": "string"}))
    for name, column in kind.filtered.items():
        found.append(query(name, "equals; repeat for any of several", _schema(column)))
        if column.kind in RANGED:
            found.append(query(f"{name}_from", "at least", _schema(column)))
            found.append(query(f"{name}_to", "at most", _schema(column)))
    return found
