"""Which person of members a registration is about, and which persons agreed that their data goes abroad.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
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
    op.add_column("registration", sa.Column("person_id", sa.Uuid(), nullable=True))
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_registration_person_id_id", "registration", ["person_id", "id"], postgresql_concurrently=True
        )


def downgrade() -> None:
    op.drop_index("ix_registration_person_id_id", table_name="registration")
    op.drop_column("registration", "person_id")
    op.drop_table("person_copy")
