"""Follow-ups are filtered by who closed them, and by whether they are confidential.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_follow_up_closed_by_id", "follow_up", ["closed_by", "id"], "closed_by IS NOT NULL"),
    ("ix_follow_up_confidential", "follow_up", ["id"], "confidentiality = 'confidential'"),
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, table, columns, where in _INDEXES:
            op.create_index(
                name,
                table,
                columns,
                postgresql_where=sa.text(where),
                postgresql_concurrently=True,
                if_not_exists=True,
            )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name, table, *_ in reversed(_INDEXES):
            op.drop_index(name, table_name=table, postgresql_concurrently=True)
