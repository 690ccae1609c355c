"""What the doctor looks at: this host, the ledger, Kafka, BNMP, the credentials. Nothing here changes anything."""

import fnmatch
import http.client
import platform
import re
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from bnmp.credentials import examine as credential_files
from consumers.groups import TOPICS, StartRefusedError, check_start
from ledger.chains import is_signed_with
from ledger.engine import Database, now
from ledger.migrate import check as check_schema
from operations.answers import Checked
from producers.settings import KafkaSettings
from producers.topics import KafkaUnreachableError
from producers.topics import check as topics_check

CLOCK_SECONDS = 5.0
"""How far a server's clock may be from this host's; windows and evidence are judged by both."""

CREDENTIAL_DAYS = 365
DISK_WARNING, DISK_LEAST = 2 * 1024**3, 256 * 1024**2
_GATEWAY = frozenset({502, 503, 504})
_SYNCHRONISE = "synchronise this host's clock (timedatectl, chrony), or the server's"


def versions(distribution: str = "saj-bnmp") -> Iterator[Checked]:
    """Python, and the libraries whose internals are leant on, as they are pinned."""
    python = platform.python_version()
    enough = sys.version_info >= (3, 11)
    yield _held("python", enough, f"Python {python}", "install Python 3.11 or newer")
    for requirement in metadata.requires(distribution) or ():
        pin = re.match(r"([A-Za-z0-9._-]+)==([0-9.*]+)(?:;|$)", requirement.replace(" ", ""))
        if pin is not None and "extra" not in requirement:
            found = metadata.version(pin[1])
            remedy = f"install {pin[1]}=={pin[2]}: pip install --require-hashes -r requirements.lock"
            yield _held(f"library {pin[1]}", fnmatch.fnmatch(found, pin[2]), f"{pin[1]} {found}", remedy)


def time_zones(timezone: str) -> Iterator[Checked]:
    """The court's zone and the registry's, by rules that know that Brazil has no summer time since 2019."""
    for name in dict.fromkeys((timezone, "America/Sao_Paulo")):
        summer, winter = (datetime(2026, month, 15, 12, tzinfo=ZoneInfo(name)).utcoffset() for month in (1, 7))
        what = f"{name} is UTC{_hours(winter)} in July and UTC{_hours(summer)} in January 2026"
        remedy = "the time zone rules are older than 2019: pip install --upgrade tzdata, or the system's tzdata"
        yield _held(f"time zone {name}", summer == winter, what, remedy)


def disk(database_url: str) -> Iterator[Checked]:
    """Room for the ledger where it is a file, else for what this process writes."""
    file = database_url.removeprefix("sqlite:///")
    folder = Path(file).absolute().parent if file != database_url else Path.cwd()
    there = next(each for each in (folder, *folder.parents) if each.exists())
    free = shutil.disk_usage(there).free
    what, remedy = f"{free / 1024**3:.1f} GiB free", "make room: a ledger that cannot write stops every role"
    if free < DISK_WARNING:
        yield Checked(name="disk", verdict="WARNING" if free >= DISK_LEAST else "FAILED", what=what, remedy=remedy)
    else:
        yield Checked(name="disk", verdict="OK", what=what)


def ledger(database_url: str, tribunal: str, audit_key: bytes) -> Iterator[Checked]:
    """The database answers, is at this release's schema, is this tribunal's, can be written, tells the time, and knows this key."""
    database = Database(database_url)
    try:
        check_schema(database, tribunal)
        yield Checked(name="ledger schema", verdict="OK", what=f"at this release's schema, of {tribunal}")
        with database.transaction() as connection:
            began = datetime.now(UTC)
            told = now(connection)
            middle = began + (datetime.now(UTC) - began) / 2
            signed = is_signed_with(connection, audit_key)
        yield Checked(name="ledger writes", verdict="OK", what="a write transaction was begun and ended")
        yield _clock("ledger clock", told - middle)
        what = "the last acts were signed with " + (
            "this key" if signed else "another: what this process signs is EDITED"
        )
        yield _held("audit key", signed, what, "give every process the same SAJ_BNMP_AUDIT_KEY: that of the first acts")
    finally:
        database.close()


def broker(kafka: KafkaSettings, seconds: float) -> Iterator[Checked]:
    """A broker answers."""
    try:
        count = len(AdminClient(kafka.admin_config()).list_topics(timeout=seconds).brokers)
    except KafkaException as error:
        raise KafkaUnreachableError(error.args[0].str()) from error
    yield Checked(name="kafka", verdict="OK", what=f"{count} brokers answer")


def topics(kafka: KafkaSettings, seconds: float) -> Iterator[Checked]:
    """Every topic as the contract wants it; nothing is asked of a Kafka that does not answer within `seconds`."""
    yield from broker(kafka, seconds)
    problems = topics_check(kafka)
    for problem in problems:
        verdict = "FAILED" if problem.severity == "error" else "WARNING"
        yield Checked(name=f"topic {problem.topic}", verdict=verdict, what=problem.what, remedy=problem.remedy)
    if not problems:
        yield Checked(name="topics", verdict="OK", what="every topic is as the contract wants it")


def cursors(kafka: KafkaSettings, database_url: str, seconds: float) -> Iterator[Checked]:
    """Each group may start: a cursor for every partition, of this very topic, within what it holds."""
    for _ in broker(kafka, seconds):
        pass
    database = Database(database_url)
    try:
        for group in TOPICS:
            name = f"cursors {group}"
            try:
                check_start(kafka, database, group)
            except StartRefusedError as refused:
                what, _, remedy = str(refused).partition(": ")
                yield Checked(name=name, verdict="FAILED", what=what, remedy=remedy or "saj-bnmp offsets show")
            else:
                yield Checked(name=name, verdict="OK", what="every partition has its cursor")
    finally:
        database.close()


def credentials(folder: Path) -> Iterator[Checked]:
    """The folder and each of its files: readable, of the right shape, how old. Nothing of their content is shown."""
    name = "credentials"
    try:
        files = credential_files(folder, time.time())
    except OSError as error:
        remedy = "SAJ_BNMP_CREDENTIALS names the folder of <user>.json: mount it, readable by this user"
        yield Checked(name=name, verdict="FAILED", what=f"the folder: {error.strerror}", remedy=remedy)
        return
    for file in files:
        days = int(file.age // 86_400)
        line = f"{name} {file.name}"
        if file.problem is not None:
            remedy = "write it again as {login, senha, units[]}; until then its user signs nothing"
            yield Checked(name=line, verdict="FAILED", what=file.problem, remedy=remedy)
        elif file.open_to_all:
            what = "anybody on this host may read it"
            yield Checked(name=line, verdict="WARNING", what=what, remedy=f"chmod o-r {file.name}")
        elif days > CREDENTIAL_DAYS:
            what, remedy = f"written {days} days ago", "see whether its password is still the one at BNMP"
            yield Checked(name=line, verdict="WARNING", what=what, remedy=remedy)
    if not any(file.problem is None for file in files):
        what = "nobody's credentials are there: nothing can be signed"
        yield Checked(name=name, verdict="FAILED", what=what, remedy="put <user>.json of each signer into the folder")
    else:
        oldest = int(max(file.age for file in files) // 86_400)
        yield Checked(name=name, verdict="OK", what=f"{len(files)} files, the oldest written {oldest} days ago")


def registry(url: str, seconds: float) -> Iterator[Checked]:
    """BNMP answers over HTTP, by itself and not through a gateway's page, and its clock is this host's."""
    at = urlsplit(url)
    if at.scheme not in ("http", "https") or not at.hostname:
        what, remedy = "SAJ_BNMP_BNMP_URL is not an address", "for example https://bnmp.example/bnmpservice"
        yield Checked(name="bnmp", verdict="FAILED", what=what, remedy=remedy)
        return
    kind = http.client.HTTPSConnection if at.scheme == "https" else http.client.HTTPConnection
    connection = kind(at.hostname, at.port, timeout=seconds)
    try:
        began = datetime.now(UTC)
        # Nobody logs in: any answer of its own, a 404 as well, shows that it is there.
        connection.request("GET", f"{at.path.rstrip('/')}/api/pessoas/rji/0", headers={"Accept": "application/json"})
        answer = connection.getresponse()
        middle = began + (datetime.now(UTC) - began) / 2
    except (OSError, http.client.HTTPException) as error:
        raise ConnectionError(f"no answer: {type(error).__name__}") from error
    finally:
        connection.close()
    html = "html" in (answer.getheader("Content-Type") or "")
    if answer.status in _GATEWAY or html:
        what = f"{answer.status}{' in HTML' if html else ''}: a gateway answers in its place"
        remedy = "see whether BNMP is announced as down: saj-bnmp link status; else ask the network's operators"
        yield Checked(name="bnmp", verdict="UNREACHABLE", what=what, remedy=remedy)
    else:
        yield Checked(name="bnmp", verdict="OK", what=f"answers ({answer.status} to a question that nobody asked)")
    date = answer.getheader("Date")
    if date is not None:
        # A Date header is cut to the second: half a second is what it lies behind on the average.
        yield _clock("bnmp clock", parsedate_to_datetime(date) + timedelta(seconds=0.5) - middle)


def _clock(name: str, ahead: timedelta) -> Checked:
    seconds = ahead.total_seconds()
    return _held(name, abs(seconds) <= CLOCK_SECONDS, f"{seconds:+.1f} s from this host's", _SYNCHRONISE)


def _held(name: str, holds: bool, what: str, remedy: str) -> Checked:  # noqa: FBT001 (a condition)
    return Checked(name=name, verdict="OK" if holds else "FAILED", what=what, remedy=None if holds else remedy)


def _hours(offset: timedelta | None) -> str:
    return f"{(offset or timedelta()).total_seconds() / 3600:+g}"
