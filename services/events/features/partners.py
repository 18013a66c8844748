"""What partners' keys may not do, whatever scopes they carry."""

from services.kit.auth import Caller
from services.kit.errors import Forbidden


def refuse_partner(caller: Caller) -> None:
    """Raise for a partner: it sees public events, and changes nothing about them."""
    if caller.kind == "partner":
        raise Forbidden("A key that is bound to an organisation changes registrations only.")
