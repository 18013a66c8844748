"""How a migration gives a new scope to the roles that an alliance starts with. Landed migrations run this: keep it."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

Given = Mapping[str, Sequence[str]]
"""Name of a role → the scopes that are new to it."""

_GIVE = """
UPDATE role SET scopes = ARRAY(SELECT DISTINCT unnest(scopes || CAST(:scopes AS text[])) ORDER BY 1),
    version = version + 1, updated_at = now()
WHERE name = :role
"""


def give(op: Any, given: Given) -> None:
    """Add the scopes to roles that still exist under their first name."""
    for role, scopes in given.items():
        op.get_bind().execute(sa.text(_GIVE), {"role": role, "scopes": list(scopes)})


def take_back(op: Any, given: Given) -> None:
    """Take the scopes from every role, whoever gave them: nothing knows them any more."""
    for scope in sorted({scope for scopes in given.values() for scope in scopes}):
        op.get_bind().execute(sa.text("UPDATE role SET scopes = array_remove(scopes, :scope)"), {"scope": scope})
