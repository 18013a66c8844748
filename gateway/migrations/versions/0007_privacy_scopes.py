"""Who decides what concerns privacy.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

from gateway.roles.granting import give, take_back

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


GIVEN = {"administrator": ["privacy:write"], "secretariat": ["privacy:write"]}


def upgrade() -> None:
    give(op, GIVEN)


def downgrade() -> None:
    take_back(op, GIVEN)
