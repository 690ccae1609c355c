"""Users, their units, and who is logged in where. One session per login; several may stand at once."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.bnmp.refusals import ACCESS, UNAUTHENTICATED, Refusal

COOKIE = "JSESSIONID"
POSITIONS = ("SERVIDOR", "MAGISTRADO")
_CAP = 10_000


@dataclass(frozen=True, slots=True)
class User:
    """A user as the access control knows it; `denied_units` may log in there, and neither create nor sign."""

    username: str
    password: str
    position: str
    name: str
    units: frozenset[str]
    denied_units: frozenset[str]


@dataclass(frozen=True, slots=True)
class Session:
    """A user in a unit, until an instant (UTC)."""

    token: str
    csrf: str
    cookie: str
    user: str
    unit: str
    expires_at: datetime


def read_user(row: Any) -> User:
    """Read a user of the control port; raises ValueError when a field is missing or wrong."""
    if not isinstance(row, Mapping) or not row.get("username") or not row.get("password"):
        raise ValueError("a user needs username and password")
    if row.get("position") not in POSITIONS:
        raise ValueError(f"position must be one of {', '.join(POSITIONS)}")
    units, denied = row.get("units", []), row.get("denied_units", [])
    if not isinstance(units, list) or not isinstance(denied, list):
        raise ValueError("units and denied_units must be lists")  # noqa: TRY004 - one kind of error for a bad row
    name = str(row.get("name", row["username"]))
    linked, refused = frozenset(map(str, units)), frozenset(map(str, denied))
    return User(str(row["username"]), str(row["password"]), row["position"], name, linked | refused, refused)


class Sessions:
    """Keeps users, the cookies of clients that shook hands, and live sessions, all within a bound."""

    def __init__(self) -> None:
        """Start with nobody."""
        self.users: dict[str, User] = {}
        self._cookies: dict[str, None] = {}
        self._live: dict[str, Session] = {}

    def put(self, user: User) -> None:
        """Add or replace a user; a changed password ends the user's sessions."""
        known = self.users.get(user.username)
        if known is not None and known.password != user.password:
            self._live = {token: session for token, session in self._live.items() if session.user != user.username}
        self.users[user.username] = user

    def new_cookie(self) -> str:
        """Return a cookie for a client that has none; it is known from now on."""
        cookie = secrets.token_hex(16)
        self._cookies[cookie] = None
        _trim(self._cookies)
        return cookie

    def knows(self, cookie: str | None) -> bool:
        """Tell whether the cookie was given out here."""
        return cookie in self._cookies

    def log_in(self, username: str, password: str, unit: str, cookie: str, until: datetime) -> Session:
        """Return a new session; refuses a wrong user or password (401) and a unit that is not linked (403)."""
        user = self.users.get(username)
        if user is None or user.password != password:
            raise Refusal(401, UNAUTHENTICATED, "Usuário ou senha inválidos")
        if unit not in user.units:
            raise Refusal(403, ACCESS, "Usuário sem lotação no órgão informado")
        session = Session(secrets.token_urlsafe(24), secrets.token_urlsafe(12), cookie, username, unit, until)
        self._live[session.token] = session
        _trim(self._live)
        return session

    def find(self, authorization: str) -> Session | None:
        """Return the session that an `Authorization` header names, live or expired."""
        return self._live.get(authorization.removeprefix("Bearer ")) if authorization.startswith("Bearer ") else None

    def verify(self, session: Session | None, csrf: str | None, cookie: str | None, now: datetime) -> Session:
        """Return the session if all three proofs belong to it and it has not expired; else refuses (401)."""
        if session is None or session.csrf != csrf or session.cookie != cookie:
            raise Refusal(401, UNAUTHENTICATED, "Sessão inválida")
        if session.expires_at <= now:
            # Two calls may find out at once: one that took effect late had found the session while it was live.
            self._live.pop(session.token, None)
            raise Refusal(401, UNAUTHENTICATED, "Sessão expirada")
        return session

    def permit(self, session: Session, unit: str) -> User:
        """Return the session's user if it may act for the unit; else refuses (403)."""
        user = self.users[session.user]
        if unit != session.unit:
            raise Refusal(403, ACCESS, "A peça é de outro órgão que não o da sessão")
        if unit not in user.units or unit in user.denied_units:
            raise Refusal(403, ACCESS, "Usuário sem permissão no órgão informado")
        return user


def expiry(now: datetime, ttl_s: float) -> datetime:
    """Return when a token given out now expires."""
    return now + timedelta(seconds=ttl_s)


def _trim(bounded: dict[str, Any]) -> None:
    while len(bounded) > _CAP:
        del bounded[next(iter(bounded))]
