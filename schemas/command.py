"""What all commands share: who gives it, when, and why."""

from schemas.shapes import Identifier, Instant, Prose, Reading, RoleWord, Tribunal


class By(Reading):
    """Who gives the command. What was typed here is checked against the user's known access, never believed."""

    role: RoleWord
    user: Identifier
    unit: Identifier


class Command(Reading):
    """What all commands share; without `tribunal` the deployment's own is meant."""

    command_id: Identifier
    by: By
    at: Instant
    reason: Prose | None = None
    tribunal: Tribunal | None = None


class OfDocument(Command):
    """A command about one document."""

    document_id: Identifier


class OfLegacyItem(Command):
    """A command about one item of the legacy stock."""

    item_id: Identifier
