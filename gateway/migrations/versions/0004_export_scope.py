"""Roles that export lists.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

from gateway.roles.granting import give, take_back

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


GIVEN = {
    "administrator": ["records:export"],
    "secretariat": ["records:export"],
    "leadership": ["records:export"],
    "liaison-officer": ["records:export"],
    "events-officer": ["records:export"],
}


def upgrade() -> None:
    give(op, GIVEN)


def downgrade() -> None:
    take_back(op, GIVEN)
