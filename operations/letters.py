"""Dead letters: what operators do about them."""

from ledger import letters
from ledger.deployment import Deployment
from ledger.engine import Database
from ledger.letters import Letter


def discard(
    database: Database, deployment: Deployment, letter: Letter, *, by: str, reason: str, statement: str
) -> bool:
    """End a dead letter without it being acted upon; `statement` is the unit's word of what it was (safety-6).

    False where no such letter stands. Raises ValueError where nobody signs or nothing is stated.
    """
    with database.transaction() as connection:
        return letters.discard(connection, deployment, letter, by=by, reason=reason, statement=statement)
