"""The contract as JSON Schema, made from the models: what a producer in SAJ may send, and what a reader may expect.

A schema says what must be there for an event to be acted upon at once. The service reads more leniently (a document
with a gap waits, it is not lost) and looks further (check digits, dates that cannot be): `producers.saj.check` has the
last word.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from schemas import custody_recorded, document_issued, document_withdrawn
from schemas.commands import COMMANDS
from schemas.custody_recorded import CustodyRecorded
from schemas.document_issued import DocumentIssued
from schemas.document_withdrawn import DocumentWithdrawn
from schemas.fields import FORMS, Form
from schemas.outcomes import TYPES

Schema = dict[str, Any]
_Keyed = tuple[type[BaseModel], JsonSchemaMode]

MODELS: Mapping[str, type[BaseModel]] = {
    document_issued.TYPE: DocumentIssued,
    document_withdrawn.TYPE: DocumentWithdrawn,
    custody_recorded.TYPE: CustodyRecorded,
    **COMMANDS,
    **TYPES,
}
"""The model of each event type's data."""

_DEMANDED: Mapping[str, tuple[str, ...]] = {
    document_withdrawn.TYPE: document_withdrawn.REQUIRED,
    custody_recorded.TYPE: custody_recorded.REQUIRED,
}
_NAMES_OF_ANTECEDENTS = ("document_id", "national_number")
_NULL = {"type": "null"}


class _Plain(GenerateJsonSchema):
    """Without a title for every field, which would only say its name again."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False


def schema(type: str) -> Schema:  # noqa: A002 (the envelope's own word)
    """Give the JSON Schema (2020-12) of the data of an event type, whole in itself; raises `KeyError` for any other."""
    described, definitions = described_by("#/$defs/{model}", (type,))
    return {"$schema": _Plain.schema_dialect, "title": type, **described[type], "$defs": definitions}


def described_by(template: str, types: Iterable[str] = tuple(MODELS)) -> tuple[dict[str, Schema], dict[str, Schema]]:
    """Give the schema of each type's data, and the definitions that they point at by `template`.

    They keep to what draft 7 and 2020-12 read alike: nothing stands beside a `$ref`.
    """
    chosen = {type_: (MODELS[type_], _mode(type_)) for type_ in types}
    forms: dict[type[BaseModel], _Keyed] = (
        {form.model: (form.model, "validation") for form in FORMS.values()} if document_issued.TYPE in chosen else {}
    )
    keyed: list[_Keyed] = list(dict.fromkeys([*chosen.values(), *forms.values()]))
    references, definitions = models_json_schema(keyed, ref_template=template, schema_generator=_Plain)
    described: dict[str, Schema] = {}
    for type_, key in chosen.items():
        demands = [_demand(key[0], _DEMANDED[type_])] if type_ in _DEMANDED else []
        if type_ == document_issued.TYPE:
            demands = _of_documents({model: references[form] for model, form in forms.items()})
        described[type_] = {"allOf": [references[key], *demands]}
    return described, definitions["$defs"]


def _mode(type_: str) -> JsonSchemaMode:
    """Ours as we write them, SAJ's as they are read."""
    return "serialization" if type_ in TYPES else "validation"


def _of_documents(fields: Mapping[type[BaseModel], Any]) -> list[Schema]:
    known = {"properties": {"kind": {"enum": [str(kind) for kind in FORMS]}}}
    foreign = {"model": {"properties": {"institutional": {"const": False}}, "required": ["institutional"]}}
    return [
        {
            "if": known,
            "then": _demand(DocumentIssued, document_issued.REQUIRED),
            # Any other kind is for models that do not communicate (docs/law.md safety 7).
            "else": {"properties": foreign, "required": ["model"]},
        },
        {"properties": {"antecedents": {"items": {"anyOf": [_paths((name,)) for name in _NAMES_OF_ANTECEDENTS]}}}},
        *(_when("origin", origin, _paths(paths)) for origin, paths in document_issued.REQUIRED_BY_ORIGIN.items()),
        *(_when("kind", kind, _of_form(form, fields[form.model])) for kind, form in FORMS.items()),
    ]


def _of_form(form: Form, fields: Any) -> Schema:
    variants = [None, *(str(variant) for variant in form.variants)]
    rules: list[Schema] = [{"properties": {"fields": fields, "variant": {"enum": variants}}}]
    rules.append(_paths(f"fields.{name}" for name in form.required))
    rules += [
        _when("variant", variant, _paths(f"fields.{name}" for name in names))
        for variant, names in form.variants.items()
        if names
    ]
    if form.either:
        rules.append({"anyOf": [_paths((f"fields.{name}",)) for name in form.either]})
    return {"allOf": rules}


def _when(name: str, word: str, then: Schema) -> Schema:
    return {"if": {"properties": {name: {"const": str(word)}}, "required": [name]}, "then": then}


def _demand(model: type[BaseModel], paths: Iterable[str]) -> Schema:
    """As `_paths`; but what the model itself says where nothing came need not be there."""
    said = {name for name, field in model.model_fields.items() if not field.is_required() and field.default}
    rule = _paths(paths)
    return rule | {"required": [name for name in rule["required"] if name not in said]}


def _paths(paths: Iterable[str]) -> Schema:
    """Give the schema in which something stands at each dotted path (`*`: in every row, and one row at least)."""
    tree: dict[str, Any] = {}
    for path in paths:
        branch = tree
        for part in path.split("."):
            branch = branch.setdefault(part, {})
    return _there(tree)


def _there(tree: Mapping[str, Any]) -> Schema:
    if not tree:
        return {"not": _NULL}
    if "*" in tree:
        return {"type": "array", "minItems": 1, "items": _there(tree["*"])}
    return {
        "type": "object",
        "required": list(tree),
        "properties": {name: _there(branch) for name, branch in tree.items()},
    }
