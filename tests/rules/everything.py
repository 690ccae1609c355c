"""What would be decided, and told of custody, if everything were looked at: the measure of what is looked at instead."""

from rules.casework import Casework
from rules.decide import HANDLERS, Decision, decided
from rules.dossier import Dossier
from rules.facts import Fact, PersonReviewed
from rules.settling import settle
from rules.watching import watch


def looking_at_everything(dossier: Dossier, fact: Fact) -> Decision:
    """What would be decided if every document were looked at, again and again."""
    work = Casework(dossier, type(fact).__name__)
    work.look_at_all()
    HANDLERS[type(fact)](work, fact)
    settle(work)
    return decided(work, watch(work, fact))


def left_behind(dossier: Dossier) -> set[int]:
    """The persons whose banners or divergences should stand otherwise than was said, if they were worked out now."""
    work = Casework(dossier, PersonReviewed.__name__)
    return {number for number in dossier.persons if watch(work, PersonReviewed(number))}
