"""Settings: read from the environment here alone, handed to the rooms as their own frozen values.

Every variable begins with SAJ_BNMP_. A wrong value stops the start with the variable's name, what is
wrong, and an example.
"""

import math
import os
import socket
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    DirectoryPath,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from bnmp.settings import BnmpSettings
from consumers.delivery import DeliverySettings
from ledger.deployment import Deployment
from operations.comparing import ComparingSettings
from producers.settings import KafkaSettings
from rules.custody import CIVIL_KIND
from rules.dossier import Court
from rules.windows import Windows
from rules.words import CustodyEvent, Resolution
from schemas.custody_recorded import EVENT_CODES

PREFIX = "SAJ_BNMP_"
WINDOW_PREFIX = f"{PREFIX}WINDOW_"


class SettingsError(Exception):
    """A setting is missing or wrong; the text names the variable and gives an example."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("is not a time zone") from None
    return name


class UnitPlace(BaseModel):
    """A unit: BNMP's id of it, and where access to it is asked, in words for the counter."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    orgao: str
    access: str


class Environment(BaseSettings):
    """The variables, one field each; `examples` are shown when one is wrong."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    secrets: DirectoryPath | None = Field(default=None, examples=["/run/secrets"])
    kafka_bootstrap: str = Field(examples=["localhost:9092"])
    # Before the address, which takes it in.
    database_password: SecretStr = Field(default=SecretStr(""), examples=["the password of the ledger's user"])
    database_url: str = Field(examples=["postgresql+psycopg://saj@db.example/ledger"])
    bnmp_url: str = Field(default="", examples=["https://bnmp.example/bnmpservice"])
    bnmp_client_id: str = Field(default="saj", examples=["saj"])
    credentials: Path = Field(default=Path("credentials"), examples=["/run/secrets/bnmp"])
    units: dict[str, str | UnitPlace] = Field(
        default_factory=dict, examples=['{"10234": "55123", "10235": {"orgao": "55124", "access": "Corregedoria"}}']
    )
    tribunal: Annotated[str, Field(pattern=r"^[A-Z0-9]{2,10}$")] = Field(default="TJMS", examples=["TJMS"])
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        default="America/Campo_Grande", examples=["America/Campo_Grande"]
    )
    custody_events: dict[int, CustodyEvent] = Field(
        default_factory=lambda: dict(EVENT_CODES), examples=['{"247": "PRISAO_CIVIL", "62": "ALVARA_SOLTURA"}']
    )
    civil_custody_kind: Annotated[int, Field(ge=0, le=999_999)] = Field(default=CIVIL_KIND, examples=["8"])
    discharge_on_fulfilled: bool = Field(default=False, examples=["true"])
    contramandados_among: Resolution = Field(default=Resolution.MANDADOS, examples=["MANDADOS"])
    resolution: Annotated[str, Field(pattern="^(automatic|confirmed|default)$")] = Field(
        default="default", examples=["automatic"]
    )
    places: dict[str, str] | None = Field(default=None, examples=['{"MS-014": "4711"}'])
    cutover_date: date = Field(default=date(2018, 5, 2), examples=["2018-05-02"])
    instance_id: str = Field(default_factory=socket.gethostname, examples=["saj-bnmp-1"])
    person_hash_key: SecretStr = Field(default=SecretStr(""), examples=["a long secret of the court's operators"])
    dead_letter_limit: Annotated[int, Field(ge=1, le=100_000)] = Field(default=50, examples=["50"])
    audit_key: SecretStr = Field(default=SecretStr(""), examples=["a long secret of the court's auditors"])
    in_flight: Annotated[int, Field(ge=1, le=1000)] = Field(default=16, examples=["16"])
    backlog_share: Annotated[float, Field(ge=0.05, le=0.95)] = Field(default=0.25, examples=["0.25"])
    slow_seconds: Annotated[float, Field(ge=0.1, le=60)] = Field(default=5.0, examples=["5"])
    compare_persons_per_hour: Annotated[float, Field(ge=0, le=36_000)] = Field(default=600, examples=["600"])
    compare_hours: Annotated[str, Field(pattern=r"^([01]?[0-9]|2[0-3])-([01]?[0-9]|2[0-3])$")] = Field(
        default="20-6", examples=["20-6"]
    )
    compare_rate: Annotated[float, Field(ge=0.01, le=50)] = Field(default=2.0, examples=["2"])
    log_format: Annotated[str, Field(pattern="^(auto|json|pretty)$")] = Field(default="auto", examples=["json"])
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = Field(default=0, examples=["9464"])
    metrics_host: str = Field(default="127.0.0.1", examples=["127.0.0.1"])

    @field_validator("database_url")
    @classmethod
    def _with_password(cls, url: str, info: ValidationInfo) -> str:
        password = info.data.get("database_password")
        parts = urlsplit(url)
        if not password or parts.password is not None:
            return url
        user, _, host = parts.netloc.rpartition("@")
        if not user:
            raise ValueError(f"names no user whose password {PREFIX}DATABASE_PASSWORD could be")
        place = f"{user}:{quote(password.get_secret_value(), safe='')}@{host}"
        return urlunsplit(parts._replace(netloc=place))


def _read(**instead: Any) -> Environment:
    """Read the variables and, for those that are not set, the files of the folder SAJ_BNMP_SECRETS."""
    folder = os.environ.get(f"{PREFIX}SECRETS", "")
    try:
        return Environment(_secrets_dir=folder if Path(folder).is_dir() and folder else None, **instead)
    except OSError as error:
        raise SettingsError(f"{PREFIX}SECRETS: {error.filename} cannot be read: {error.strerror}") from None


def environment() -> Environment:
    """Read the settings; raises SettingsError naming each wrong variable."""
    try:
        return _read()
    except ValidationError as error:
        raise SettingsError("\n".join(_told(each) for each in error.errors(include_input=False))) from None


def examined() -> tuple[Environment, dict[str, str]]:
    """Read the environment as far as it goes; each wrong variable's field has its complaint, and its example's value."""
    try:
        return _read(), {}
    except ValidationError as error:
        found = error.errors(include_input=False)
    wrong = {str(each["loc"][0]): _told(each) for each in found}
    instead = {name: _instead(name) for name in wrong}
    return _read(**instead), wrong


def _instead(name: str) -> Any:
    field = Environment.model_fields[name]
    if field.is_required():
        return (field.examples or [""])[0]
    return field.get_default(call_default_factory=True, validated_data={})


def unknown() -> list[str]:
    """Variables that are set under our prefix and that no setting has."""
    known = {f"{PREFIX}{name.upper()}" for name in Environment.model_fields}
    known |= {f"{WINDOW_PREFIX}{field.name.upper()}" for field in fields(Windows)}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)


def _told(error: Any) -> str:
    name = str(error["loc"][0])
    example = (Environment.model_fields[name].examples or [""])[0]
    return f"{PREFIX}{name.upper()}: {error['msg']}; for example {PREFIX}{name.upper()}={example}"


def windows() -> Windows:
    """Read SAJ_BNMP_WINDOW_*, each in seconds unless the contract says otherwise; SettingsError names each wrong one."""
    given: dict[str, Any] = {}
    wrong: list[str] = []
    for field in fields(Windows):
        name = f"{WINDOW_PREFIX}{field.name.upper()}"
        if name not in os.environ:
            continue
        kind = (
            int if isinstance(field.default, int) and field.name.endswith(("_attempts", "_reads", "_calls")) else float
        )
        try:
            given[field.name] = kind(os.environ[name])
        except ValueError:
            wrong.append(f"{name}: is not a number; for example {name}={field.default}")
        else:
            if not 0 < given[field.name] < math.inf:
                wrong.append(f"{name}: must be above zero; for example {name}={field.default}")
    if wrong:
        raise SettingsError("\n".join(wrong))
    return Windows(**given)


def deployment(env: Environment) -> Deployment:
    """The ledger's and the rules' part of the settings."""
    court = Court(
        env.tribunal,
        ZoneInfo(env.timezone),
        discharge_on_fulfilled=env.discharge_on_fulfilled,
        contramandados_among=env.contramandados_among,
        cutover=env.cutover_date,
        places=None if env.places is None else frozenset(env.places),
        access_at={code: unit.access for code, unit in env.units.items() if isinstance(unit, UnitPlace)},
        resolution=env.resolution,
    )
    return Deployment(
        court,
        windows(),
        audit_key=audit_key(env),
        dead_letter_limit=env.dead_letter_limit,
        custody_events=env.custody_events,
        civil_custody_kind=env.civil_custody_kind,
    )


def audit_key(env: Environment) -> bytes:
    """The key of the history's and the acts' codes; empty where none is set."""
    return env.audit_key.get_secret_value().encode()


def kafka(env: Environment) -> KafkaSettings:
    """The producers' and consumers' part of the settings."""
    return KafkaSettings(bootstrap=env.kafka_bootstrap)


def bnmp(env: Environment) -> BnmpSettings:
    """The registry's part of the settings."""
    if not env.bnmp_url:
        raise SettingsError(
            f"{PREFIX}BNMP_URL is needed; for example {PREFIX}BNMP_URL=https://bnmp.example/bnmpservice"
        )
    return BnmpSettings(
        url=env.bnmp_url,
        client_id=env.bnmp_client_id,
        credentials=env.credentials,
        units={code: unit if isinstance(unit, str) else unit.orgao for code, unit in env.units.items()},
        zone=ZoneInfo(env.timezone),
        windows=windows(),
        places=env.places or {},
    )


def delivery(env: Environment) -> DeliverySettings:
    """The lanes' part of the settings."""
    return DeliverySettings(env.in_flight, env.backlog_share, env.slow_seconds)


def comparing(env: Environment) -> ComparingSettings:
    """What is compared with the registry by itself, and when."""
    begins, ends = map(int, env.compare_hours.split("-"))
    return ComparingSettings(env.compare_persons_per_hour, begins, ends)
