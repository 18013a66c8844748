"""Texts that lag behind, of roles and designations.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_TABLES = (
    "affiliation",
    "designation",
)


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(
            table, sa.Column("stale_texts", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False)
        )
    with op.get_context().autocommit_block():
        for table in _TABLES:
            op.create_index(
                f"ix_{table}_stale",
                table,
                ["id"],
                postgresql_where=sa.text("stale_texts <> '{}'"),
                postgresql_concurrently=True,
            )


def downgrade() -> None:
    for table in _TABLES:
        op.drop_column(table, "stale_texts")
