"""By what persons are found who are erased: phones and identifiers, and what merges dropped.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_NONE = sa.text("'{}'")


def upgrade() -> None:
    for column in ("phones", "identifiers"):
        op.add_column("erasure", sa.Column(column, postgresql.ARRAY(sa.Text()), server_default=_NONE, nullable=False))
    op.add_column("merge", sa.Column("dropped", postgresql.JSONB(), server_default=_NONE, nullable=False))


def downgrade() -> None:
    op.drop_column("merge", "dropped")
    for column in ("identifiers", "phones"):
        op.drop_column("erasure", column)
