"""The shapes of single fields as SAJ types them: identifiers, texts, dates, instants, rows.

Every error raised here is a fixed sentence of ours without the value it judges: it may be shown and logged.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, TypeVar, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    Strict,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from rules import identifiers
from rules.words import Consent, Kind, Role, Variant
from schemas.json_text import UNSTORABLE, is_storable, storable

T = TypeVar("T")

QUICK = "quick"
MOST_ROWS = 200
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
# Years beyond these cannot be meant, and the far ends of the calendar overflow when a zone or a day is added.
_YEARS = range(1800, 3000)


class Reading(BaseModel):
    """What every model of an incoming event is built on: strict types, frozen, unknown fields ignored.

    Null and blank text are the same thing: nothing was typed.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def blank_is_nothing(cls, data: Any) -> Any:
        """Give `data` with None for each text in which nothing was typed."""
        if not isinstance(data, dict):
            return data
        blank = [name for name, value in data.items() if isinstance(value, str) and (not value or value.isspace())]
        return {**data, **dict.fromkeys(blank)} if blank else data


# Compared as itself: a schema has no hash, and what stands in an Annotated needs one.
@dataclass(frozen=True, slots=True, eq=False)
class Quick:
    """Beside the checks before it in an `Annotated`: how compiled code may check instead of all of them.

    `schema` accepts nothing that they refuse and makes the same value of it; it may refuse more, blank text for
    example (`schemas.quick`).
    """

    schema: CoreSchema

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        whole: Any = handler(source)
        whole["metadata"] = {**whole.get("metadata", {}), QUICK: self.schema}
        return cast("CoreSchema", whole)


def refusal(rule: str) -> PydanticCustomError:
    """Make the error that says `rule`, an English sentence of ours; braces are not allowed in it."""
    return PydanticCustomError("shape", rule)


def instant(text: str) -> datetime | None:
    """Read RFC 3339 with an offset; None when `text` is anything else or its year cannot be meant."""
    if _INSTANT.fullmatch(text) is None:
        return None
    try:
        read = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return read if read.year in _YEARS else None


def _date(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if _DATE.fullmatch(value) is not None:
        try:
            read = date.fromisoformat(value)
        except ValueError:
            read = None
        if read is not None and read.year in _YEARS:
            return read
    raise refusal("is not a date YYYY-MM-DD")


def _instant(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    read = instant(value)
    if read is None:
        raise refusal("is not an instant with offset (RFC 3339)")
    return read


def _rows(value: Any) -> Any:
    if value is None:
        return ()
    if not isinstance(value, list):
        return value
    if len(value) > MOST_ROWS:
        raise refusal(f"has more than {MOST_ROWS} rows")
    return tuple(value)


def _given_rows(value: Any) -> Any:
    if value is None:
        raise refusal("is required")
    return _rows(value)


def _raw(value: Any) -> Any:
    if value is None:
        return {}
    if storable(value) != value:
        raise refusal(UNSTORABLE)
    return value


def _checked(read: Callable[[str], str | None], rule: str) -> AfterValidator:
    def check(value: str) -> str:
        found = read(value)
        if found is None:
            raise refusal(rule)
        return found

    return AfterValidator(check)


def _matching(pattern: str, rule: str) -> AfterValidator:
    compiled = re.compile(pattern)
    return _checked(lambda value: value if compiled.fullmatch(value) else None, rule)


def _quick(pattern: str, most: int | None = None) -> Quick:
    return Quick(core_schema.str_schema(pattern=f"^{pattern}$", max_length=most))


def _quick_time(pattern: str, read: Callable[[str], Any]) -> Quick:
    text = core_schema.str_schema(pattern=f"^{pattern}$")
    return Quick(core_schema.no_info_after_validator_function(read, text))


def _told(pattern: str) -> Any:
    """What JSON Schema says of a text that is checked in Python."""
    return Field(json_schema_extra={"pattern": f"^{pattern}$"})


_IDENTIFIER, _TRIBUNAL, _STATE = "[!-~]{1,64}", "[A-Z][A-Z0-9]{1,15}", "[A-Z]{2}"
_STORABLE = _checked(lambda value: value if is_storable(value) else None, UNSTORABLE)
# Without NUL, and with something in it that can be seen: blank text means that nothing was typed.
_SEEN = r"[^\x00]*[^\s\x00-\x1f][^\x00]*"
# A year that can be meant, and letters as everybody writes them.
_DAY = "(1[89]|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}"
_MOMENT = rf"{_DAY}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]{{1,9}})?(Z|[+-][0-9]{{2}}:[0-9]{{2}})"

Identifier = Annotated[
    str,
    _matching(_IDENTIFIER, "is not an identifier of 1 to 64 printable ASCII characters"),
    _quick(_IDENTIFIER),
    _told(_IDENTIFIER),
]
# A certidão's id is that of its document, a colon and its kind.
_CERTIFICATE = "[!-~]{1,96}"
CertificateId = Annotated[
    str, _matching(_CERTIFICATE, "is not an identifier of 1 to 96 printable ASCII characters"), _told(_CERTIFICATE)
]
Tribunal = Annotated[str, _matching(_TRIBUNAL, "is not the acronym of a tribunal"), _quick(_TRIBUNAL), _told(_TRIBUNAL)]
StateOfUnion = Annotated[str, _matching(_STATE, "is not the two letters of a state"), _quick(_STATE), _told(_STATE)]
Name = Annotated[str, Field(max_length=150), _STORABLE, _quick(_SEEN, 150)]
Prose = Annotated[str, Field(max_length=4000), _STORABLE, _quick(_SEEN, 4000)]
Date = Annotated[date, BeforeValidator(_date), _quick_time(_DAY, date.fromisoformat)]
Instant = Annotated[datetime, BeforeValidator(_instant), _quick_time(_MOMENT, datetime.fromisoformat)]
# Below a thousandth not all libraries write a number in the same way.
Amount = Annotated[float, Field(ge=0, le=1e12), Quick(core_schema.float_schema(ge=0.001, le=1e12))]
Days = Annotated[int, Field(ge=0, le=36_500)]
Rows = Annotated[tuple[T, ...], BeforeValidator(_rows)]
# Where no rows at all must have been said, and not only left out.
GivenRows = Annotated[tuple[T, ...], BeforeValidator(_given_rows)]
# An object of which only the ledger can tell what it should hold.
Raw = Annotated[dict[str, Any], BeforeValidator(_raw)]
CaseNumber = Annotated[str, _checked(identifiers.case_number, "is not a case number with right check digits")]
Cpf = Annotated[str, _checked(identifiers.cpf, "is not a CPF with right check digits")]
Rji = Annotated[str, _checked(identifiers.rji, "is not an RJI of 11 digits")]
NationalNumber = Annotated[str, _checked(identifiers.national_number, "is not a national number of 28 digits")]
# Words of the contract come as text; a strict enum would want the member itself.
KindWord = Annotated[Kind, Strict(strict=False)]
RoleWord = Annotated[Role, Strict(strict=False)]
VariantWord = Annotated[Variant, Strict(strict=False)]
ConsentWord = Annotated[Consent, Strict(strict=False)]
