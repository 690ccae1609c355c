"""Logging in: the handshake of a client's first call, then tokens."""

from sandbox.bnmp.fields import require, text
from sandbox.bnmp.sessions import COOKIE, expiry
from sandbox.bnmp.world import Answer, Call, World


def authenticate(world: World, call: Call) -> Answer:
    """Answer `POST /api/public/authenticate`: a handshake to a client without a known cookie, else tokens."""
    sessions, moods = world.sessions, world.moods
    cookie, fresh = call.cookie, {}
    if cookie is None or not sessions.knows(cookie):
        cookie = sessions.new_cookie()
        fresh = {"Set-Cookie": f"{COOKIE}={cookie}; Path=/; HttpOnly"}
        if moods.handshake:
            # Both forms have been seen in the field, so neither may be relied upon.
            status = 500 if world.dice.strikes("handshake", 0.5) else 200
            return Answer(status, headers=fresh, error="handshake")
    body = call.json()
    require(body, ("clientId", "username", "password", "codigoOrgao"))
    until = expiry(world.clock.now(), moods.token_ttl_s)
    session = sessions.log_in(text(body, "username"), text(body, "password"), text(body, "codigoOrgao"), cookie, until)
    return Answer(200, {"token_jwt": session.token, "token_csrf": session.csrf}, fresh)
