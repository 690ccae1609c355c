"""Keys of persons as operators see them: the same person the same digits, and no way back without the secret."""

import hashlib
import hmac

DIGITS = 16


def hashed(secret: str, value: str) -> str | None:
    """The keyed hash of what names a person; None without a secret: an RJI's few digits would soon be guessed."""
    if not secret:
        return None
    return "h:" + hmac.new(secret.encode(), value.encode(), hashlib.sha256).hexdigest()[:DIGITS]
