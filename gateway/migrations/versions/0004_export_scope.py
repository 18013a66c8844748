"""Roles that export lists.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        UPDATE role SET scopes = ARRAY(SELECT DISTINCT unnest(scopes || ARRAY['records:export']) ORDER BY 1),
            version = version + 1, updated_at = now()
        WHERE name IN ('administrator', 'secretariat', 'leadership', 'liaison-officer', 'events-officer')
        """
    )


def downgrade() -> None:
    op.execute("UPDATE role SET scopes = array_remove(scopes, 'records:export')")
