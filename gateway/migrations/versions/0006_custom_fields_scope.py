"""The role that defines custom fields.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

from gateway.roles.granting import give, take_back

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


GIVEN = {"administrator": ["custom-fields:write"]}


def upgrade() -> None:
    give(op, GIVEN)


def downgrade() -> None:
    take_back(op, GIVEN)
