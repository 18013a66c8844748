"""Who decides what concerns privacy.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        UPDATE role SET scopes = ARRAY(SELECT DISTINCT unnest(scopes || ARRAY['privacy:write']) ORDER BY 1),
            version = version + 1, updated_at = now()
        WHERE name IN ('administrator', 'secretariat')
        """
    )


def downgrade() -> None:
    op.execute("UPDATE role SET scopes = array_remove(scopes, 'privacy:write')")
