"""Sessions: one for each user in each unit, because BNMP checks position and unit of whoever acts."""

import asyncio
import base64
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final

from bnmp.answers import NO_ANSWER, Seen, Sent, What, classify, read_json, retry_after, unanswered
from bnmp.credentials import CredentialFolder, Credentials
from bnmp.settings import BnmpSettings
from bnmp.wire import Ask, Wire
from bnmp.words import AUTHENTICATE
from rules.words import AnswerClass

NO_CREDENTIALS: Final = "no credentials"
_LOGIN_OP: Final = "POST public/authenticate"
_HEADER: Final = re.compile(r"[!-~]{1,16384}")
_MOST_COOKIES: Final = 20
# A session is renewed so many seconds before its token's end, or a tenth of its life before where that is less.
_RENEW_BEFORE: Final = 60.0
# A refused login rests: one wrong password and a thousand documents would lock the person out of BNMP.
_REFUSED_RESTS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts where: SAJ's user and SAJ's code of the unit."""

    user: str
    unit: str


@dataclass(frozen=True, slots=True)
class Result:
    """What one request came to; `body` is the registry's JSON, whatever the class."""

    answer: AnswerClass
    op: str
    detail: str = ""
    retry_after: float | None = None
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def ok(self) -> bool:
        """Whether the registry did what was asked."""
        return self.answer is AnswerClass.OK

    def unreadable(self, what: What, rule: str) -> "Result":
        """Turn a success whose JSON lacks what it must say: a write is in doubt, a read is the registry's fault."""
        lost = AnswerClass.UNCERTAIN if what is What.WRITE else AnswerClass.FAULT
        return replace(self, answer=lost, detail=rule)


class _Session:
    """One person's session: cookies, tokens, and the one login that may be under way."""

    def __init__(self) -> None:
        self.credentials: Credentials | None = None
        self.cookies: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.login: asyncio.Task[Result | None] | None = None
        self.renew_at = math.inf
        self.refused: tuple[float, Result] | None = None

    def opened(self, jwt: str, csrf: str, now: float) -> None:
        """Keep the tokens of a login that was begun at `now` on the loop's clock."""
        self.tokens = {"Authorization": f"Bearer {jwt}", "X-XSRF-TOKEN": csrf}
        life = lifetime(jwt)
        self.renew_at = math.inf if life is None else now + life - min(_RENEW_BEFORE, life / 10)

    def is_open(self, now: float) -> bool:
        """Whether the tokens are good, and will be for a request that is begun now."""
        return bool(self.tokens) and now < self.renew_at

    def headers(self) -> dict[str, str]:
        """What every request of the session carries."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {**self.tokens, **({"Cookie": cookie} if cookie else {})}

    def keep(self, seen: Seen) -> None:
        """Keep the cookies of an answer."""
        for header in seen.cookies:
            try:
                read = SimpleCookie(header)
            except CookieError:
                continue
            for name, morsel in read.items():
                if _HEADER.fullmatch(morsel.coded_value) and len(self.cookies) < _MOST_COOKIES:
                    self.cookies[name] = morsel.coded_value


class Sessions:
    """All sessions of this process."""

    def __init__(self, settings: BnmpSettings, wire: Wire) -> None:
        """Open none yet."""
        self._settings, self._wire = settings, wire
        self.credentials = CredentialFolder(settings.credentials)
        self._sessions: dict[Actor, _Session] = {}

    async def close(self) -> None:
        """Give up the logins that are under way."""
        logins = [session.login for session in self._sessions.values() if session.login is not None]
        for login in logins:
            login.cancel()
        await asyncio.gather(*logins, return_exceptions=True)

    async def ask(self, actor: Actor | None, ask: Ask, deadline: float) -> Result:
        """Send `ask` as `actor`, logging in first where needed and once more after a 401.

        Without credentials nothing is sent. A 401 is a refusal: nothing was done, so even a write may go again.
        """
        credentials = None if actor is None else self.credentials.of(actor.user, actor.unit)
        if actor is None or credentials is None:
            return Result(AnswerClass.ACCESS, ask.op, NO_CREDENTIALS)
        session = self._session(actor, credentials)
        for last in (False, True):
            refused = await self._login(session, actor, credentials, deadline)
            if refused is not None:
                return refused
            tokens = session.tokens
            sent, seen = await self._wire.exchange(_with_headers(ask, session.headers()), deadline)
            session.keep(seen)
            if seen.status != 401 or last:
                break
            # Another request may have logged in again meanwhile; its tokens are not thrown away.
            if session.tokens is tokens:
                session.tokens = {}
        return judge(ask, sent, seen)

    async def ask_nobody(self, ask: Ask, deadline: float) -> Result:
        """Send `ask` without a session."""
        sent, seen = await self._wire.exchange(ask, deadline)
        return judge(ask, sent, seen)

    def _session(self, actor: Actor, credentials: Credentials) -> _Session:
        session = self._sessions.get(actor)
        # New credentials, new session: the old one was opened by a password that is no longer good.
        if session is None or session.credentials != credentials:
            session = self._sessions[actor] = _Session()
            session.credentials = credentials
        return session

    async def _login(self, session: _Session, actor: Actor, credentials: Credentials, deadline: float) -> Result | None:
        """Have tokens, or say why not. Whoever comes while a login is under way shares its outcome."""
        now = asyncio.get_running_loop().time()
        if session.is_open(now):
            return None
        if session.refused is not None and now < session.refused[0]:
            return session.refused[1]
        if session.login is None or session.login.done():
            session.login = asyncio.create_task(self._authenticate(session, actor, credentials))
        try:
            async with asyncio.timeout_at(deadline):
                return await asyncio.shield(session.login)
        except TimeoutError:
            return Result(AnswerClass.CONNECTION, _LOGIN_OP, f"{NO_ANSWER}: time-out attempt")

    async def _authenticate(self, session: _Session, actor: Actor, credentials: Credentials) -> Result | None:
        begun = asyncio.get_running_loop().time()
        deadline = begun + self._settings.windows.attempt
        body = {"clientId": self._settings.client_id, "username": credentials.login}
        body |= {"password": credentials.senha, "codigoOrgao": self._settings.organ(actor.unit)}
        ask = Ask(What.LOGIN, _LOGIN_OP, "POST", AUTHENTICATE, body=json.dumps(body).encode())
        for _ in ("handshake", "login"):
            sent, seen = await self._wire.exchange(_with_headers(ask, session.headers()), deadline)
            session.keep(seen)
            if not _is_handshake(seen):
                break
        result = judge(ask, sent, seen)
        refused = result.answer is AnswerClass.ACCESS
        session.refused = (asyncio.get_running_loop().time() + _REFUSED_RESTS, result) if refused else None
        if not result.ok:
            return result
        jwt, csrf = result.body.get("token_jwt"), result.body.get("token_csrf")
        if not (_is_header(jwt) and _is_header(csrf)):
            return replace(result, answer=unanswered(sent), detail="login without tokens")
        session.opened(str(jwt), str(csrf), begun)
        return None


def lifetime(jwt: str) -> float | None:
    """How many seconds a token is good for, as it says itself; None where it does not, and a 401 will tell.

    Both instants are the registry's, so that its clock need not go as ours does.
    """
    try:
        claims = json.loads(base64.urlsafe_b64decode(jwt.split(".")[1] + "=="))
        life = float(claims["exp"] - claims["iat"])
    except (ValueError, IndexError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    return life if math.isfinite(life) and life > 0 else None


def judge(ask: Ask, sent: Sent, seen: Seen) -> Result:
    """Turn an exchange into a result."""
    answer, detail = classify(sent, seen)
    wait = retry_after(seen, datetime.now(UTC)) if answer is AnswerClass.THROTTLED else None
    return Result(answer, ask.op, detail, wait, read_json(seen) or {})


def _with_headers(ask: Ask, headers: Mapping[str, str]) -> Ask:
    return replace(ask, headers={**ask.headers, **headers})


def _is_handshake(seen: Seen) -> bool:
    """Whether this is the greeting that only hands out a cookie: an error of the server or nothing, with Set-Cookie."""
    nothing = seen.status == 200 and not seen.body.strip()
    return bool(seen.cookies) and seen.status is not None and (nothing or seen.status >= 500)


def _is_header(value: Any) -> bool:
    return isinstance(value, str) and _HEADER.fullmatch(value) is not None
