"""What kinds of callers may do in members beyond what scopes and row rules say."""

from services.kit.auth import Caller
from services.kit.errors import Forbidden


def staff_only(caller: Caller) -> None:
    """Raise for a partner: the alliance's own staff decides this, whatever a partner's key holds."""
    if caller.kind == "partner":
        raise Forbidden("Only the alliance's staff may do this.")
