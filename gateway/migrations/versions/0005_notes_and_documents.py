"""Scopes of notes and documents for the roles that read and write what these are about.

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

READ = ("notes:read", "documents:read")
WRITE = ("notes:write", "documents:write")
GIVEN = {
    "administrator": (*READ, *WRITE, "notes:manage"),
    "secretariat": (*READ, *WRITE),
    "liaison-officer": (*READ, *WRITE),
    "events-officer": (*READ, *WRITE),
    "leadership": (*READ, "notes:write"),
    "viewer": READ,
}


def upgrade() -> None:
    for role, scopes in GIVEN.items():
        listed = ", ".join(f"'{scope}'" for scope in scopes)
        op.execute(
            f"UPDATE role SET scopes = ARRAY(SELECT DISTINCT unnest(scopes || ARRAY[{listed}]) ORDER BY 1), "  # noqa: S608
            f"version = version + 1, updated_at = now() WHERE name = '{role}'"
        )


def downgrade() -> None:
    for scope in (*READ, *WRITE, "notes:manage"):
        op.execute(f"UPDATE role SET scopes = array_remove(scopes, '{scope}')")  # noqa: S608
