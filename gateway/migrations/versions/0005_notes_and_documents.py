"""Scopes of notes and documents for the roles that read and write what these are about.

Revision ID: 0005
Revises: 0004
"""

from alembic import op

from gateway.roles.granting import give, take_back

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
    give(op, GIVEN)


def downgrade() -> None:
    take_back(op, GIVEN)
