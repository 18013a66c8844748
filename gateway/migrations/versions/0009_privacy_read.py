"""Who reads what concerns privacy.

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        UPDATE role SET scopes = ARRAY(SELECT DISTINCT unnest(scopes || ARRAY['privacy:read']) ORDER BY 1),
            version = version + 1, updated_at = now()
        WHERE name IN ('administrator', 'secretariat', 'leadership')
        """
    )


def downgrade() -> None:
    op.execute("UPDATE role SET scopes = array_remove(scopes, 'privacy:read')")
