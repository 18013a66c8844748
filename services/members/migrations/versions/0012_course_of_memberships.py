"""When the grace of terms ends, by which statistics find what lapsed.

Revision ID: 0012
Revises: 0011
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_membership_term_grace_until",
            "membership_term",
            ["grace_until"],
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("ix_membership_term_grace_until", table_name="membership_term", postgresql_concurrently=True)
