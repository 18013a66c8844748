"""Where keys are used and users work: abroad they get only persons who agreed to the transfer.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_key", sa.Column("country", sa.Text(), nullable=True))
    op.add_column("user_account", sa.Column("country", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("user_account", "country")
    op.drop_column("api_key", "country")
