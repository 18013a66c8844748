"""The role that defines custom fields.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        UPDATE role SET scopes = ARRAY(SELECT DISTINCT unnest(scopes || ARRAY['custom-fields:write']) ORDER BY 1),
            version = version + 1, updated_at = now()
        WHERE name = 'administrator'
        """
    )


def downgrade() -> None:
    op.execute("UPDATE role SET scopes = array_remove(scopes, 'custom-fields:write')")
