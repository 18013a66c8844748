"""Check-ins are filtered by who let in, and where.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_check_in_checked_in_by_id", "check_in", ["checked_in_by", "id"]),
    ("ix_check_in_place_id", "check_in", ["place", "id"]),
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, table, columns in _INDEXES:
            op.create_index(name, table, columns, postgresql_concurrently=True, if_not_exists=True)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name, table, *_ in reversed(_INDEXES):
            op.drop_index(name, table_name=table, postgresql_concurrently=True)
