"""The quick way of reading a document: compiled code, for what nearly every document is.

It is gone where every member is known and holds as it stands, and the text is compact; for the rest it gives None, and
then the whole way is gone (`schemas.reading`). It may give None for anything, but it never accepts what the whole way
refuses, and never gives another result. So it need not look for

- NUL, numbers out of range, deep nesting, unknown members: nothing that is accepted here has room for them;
- a name given twice: one of the two is not in the canonical form, which is then shorter than what came. Nothing is
  longer in it: an escape that it writes in another way it writes shorter, and so it does a number without exponent.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import Any

import orjson
from pydantic import BaseModel, ValidationError
from pydantic_core import SchemaValidator, core_schema

from schemas.document_issued import DocumentIssued, judged
from schemas.fields import FORMS
from schemas.gaps import Gap, required
from schemas.shapes import QUICK, Reading

_Way = Callable[[Any], tuple[Any, ...]]
_EXPONENT = re.compile(rb"[0-9][eE][-+0-9]")
# Numbers of any size, or anything at all.
_OPEN = frozenset({"float", "decimal", "complex", "dict", "any", "json"})


def quick_document(value: bytes) -> tuple[dict[str, Any], bytes, DocumentIssued, tuple[Gap, ...]] | None:
    """Give the data of an issued document, their canonical JSON, the body and its gaps; None: go the whole way."""
    try:
        data = orjson.loads(value)
        canonical = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    except (ValueError, TypeError):
        return None
    kind = data.get("kind") if len(canonical) == len(value) and isinstance(data, dict) else None
    if not isinstance(kind, str) or kind not in _FIELDS or (kind in _WITH_AMOUNTS and _EXPONENT.search(value)):
        return None
    try:
        fields = _FIELDS[kind].validate_python(data.get("fields"))
        body = _DOCUMENT.validate_python({**data, "fields": fields})
    except ValidationError:
        return None
    return data, canonical, body, judged(body, FORMS[kind], demand=quick_required)


def quick_required(body: BaseModel, paths: tuple[str, ...], known: tuple[Gap, ...]) -> tuple[Gap, ...]:
    """Give what `required` gives; nearly always everything is there, which is seen without walking the paths."""
    return () if _has_all(body, *_ways(paths)) else required(body, paths, known)


def _has_all(body: BaseModel, single: _Way, of_rows: Mapping[str, _Way]) -> bool:
    """Whether everything is there; in a group of fields something must have been typed."""
    try:
        found = [*single(body)]
        for path, way in of_rows.items():
            rows = attrgetter(path)(body)
            if not rows:
                return False
            for row in rows:
                found += way(row)
    except AttributeError:
        return False
    if None in found or () in found:
        return False
    # To ask a value for a name is much quicker than to ask whether it is a model.
    groups = [vars(value).values() for value in found if hasattr(value, "model_fields_set")]
    return all(any(part not in (None, ()) for part in group) for group in groups)


@cache
def _ways(paths: tuple[str, ...]) -> tuple[_Way, Mapping[str, _Way]]:
    """Give the way to what the paths without rows name; and by each list, from a row to what the others name in it."""
    of_rows: dict[str, list[str]] = {}
    for rows, _, path in (path.partition(".*.") for path in paths if "*" in path):
        of_rows.setdefault(rows, []).append(path)
    return _way([path for path in paths if "*" not in path]), {rows: _way(each) for rows, each in of_rows.items()}


def _way(paths: Sequence[str]) -> _Way:
    # With a text that every model has, for a tuple is got only where two things or more are.
    return attrgetter("__module__", "__module__", *paths)


def _validator(schema: Any) -> SchemaValidator:
    # Without the last argument pydantic-core takes the model's own validator instead, which goes the whole way.
    return SchemaValidator(schema, _use_prebuilt=False)


def _quick(schema: Any) -> Any:
    """Make the quick form of pydantic's description of a model, part by part."""
    if isinstance(schema, list):
        return [_quick(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if QUICK in schema.get("metadata", ()):
        return schema["metadata"][QUICK]
    type_ = schema.get("type")
    if type_ == "function-before" and _is_of_reading(schema["function"]["function"]):
        # Without it blank text must be refused: each quick form of a text does, and so do words, dates and checks.
        return _quick(schema["schema"])
    if type_ in _OPEN or (type_ == "int" and not {"ge", "le"} <= schema.keys()):
        return core_schema.none_schema()
    parts = {name: _quick(part) for name, part in schema.items()}
    return {**parts, "extra_behavior": "forbid"} if type_ == "model-fields" else parts


def _is_of_reading(function: Any) -> bool:
    return bool(getattr(function, "__qualname__", None) == Reading.blank_is_nothing.__qualname__)


def _types(schema: Any) -> Iterator[Any]:
    if isinstance(schema, dict):
        yield schema.get("type")
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _types(part)


_FORMS = {str(kind): _quick(form.model.__pydantic_core_schema__) for kind, form in FORMS.items()}
_FIELDS = {kind: _validator(schema) for kind, schema in _FORMS.items()}
_WITH_AMOUNTS = frozenset(kind for kind, schema in _FORMS.items() if "float" in list(map(str, _types(schema))))
_DOCUMENT = _validator(_quick(DocumentIssued.__pydantic_core_schema__))
