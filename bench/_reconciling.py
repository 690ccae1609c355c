"""Reconciliation in a town that has lived: which doubles it names."""

import asyncio

from bench._hostile import Hostile
from bench._town import ZONE, Lived, Town
from bnmp.settings import BnmpSettings
from bnmp.survey import Survey
from ledger.deployment import Deployment
from ledger.engine import Database
from operations.reconciling import Reconciled, Reconciliation
from rules.dossier import Court
from sandbox.saj.documents import TRIBUNAL

PER_SECOND = 500.0


def reconciled(database: Database, _: Hostile, settings: BnmpSettings) -> Reconciled:
    """Compare the ledger with the whole registry, which is calm by now."""

    async def compare() -> Reconciled:
        deployment = Deployment(Court(TRIBUNAL, ZONE), settings.windows)
        async with Survey(settings, PER_SECOND, rest=0.1) as survey:
            comparison = Reconciliation(database, deployment, survey)
            await comparison.run(None, None, lambda _: None)
            return comparison.shown()

    return asyncio.run(compare())


def doubles(found: Reconciled) -> set[str]:
    """Each double that was named: its document and, in their order, the ids of its pieces."""
    named = [one for one in found.items if one.kind == "DUPLICATE"]
    return {f"{one.document_id} {sorted(map(int, one.pieces))}" for one in named}


def live(town: Town) -> tuple[Lived, list[str]]:
    """Live the day; gives what is left of it, and the doubles that reconciliation names then."""
    seen: list[Reconciled] = []
    lived = town.live(lambda *left: seen.append(reconciled(*left)))
    return lived, sorted(doubles(seen[0]))
