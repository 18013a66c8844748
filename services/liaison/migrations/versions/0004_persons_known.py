"""Which person of members a contact is about, and which persons agreed that their data goes abroad.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("transfers", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_copy")),
    )
    op.add_column("contact", sa.Column("person_id", sa.Uuid(), nullable=True))
    with op.get_context().autocommit_block():
        op.create_index("ix_contact_person_id_id", "contact", ["person_id", "id"], postgresql_concurrently=True)


def downgrade() -> None:
    op.drop_index("ix_contact_person_id_id", table_name="contact")
    op.drop_column("contact", "person_id")
    op.drop_table("person_copy")
