"""Relations between organisations.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organisation_relation",
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("bond", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("uuidrange(bond, bond, '[]')"), "="),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            using="gist",
            name="ex_organisation_relation_once",
        ),
        sa.CheckConstraint(
            "kind IN ('operates', 'supervises', 'partner_of', 'successor_of', 'member_of')",
            name=op.f("ck_organisation_relation_kind"),
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_organisation_relation_dates")),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_organisation_relation_two")),
        sa.ForeignKeyConstraint(["from_id"], ["organisation.id"], name=op.f("fk_organisation_relation_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["organisation.id"], name=op.f("fk_organisation_relation_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_relation")),
    )
    op.create_index(
        "ix_organisation_relation_created_at_id", "organisation_relation", ["created_at", "id"], unique=False
    )
    op.create_index("ix_organisation_relation_ends_on_id", "organisation_relation", ["ends_on", "id"], unique=False)
    op.create_index("ix_organisation_relation_from_id_id", "organisation_relation", ["from_id", "id"], unique=False)
    op.create_index("ix_organisation_relation_kind_id", "organisation_relation", ["kind", "id"], unique=False)
    op.create_index("ix_organisation_relation_starts_on_id", "organisation_relation", ["starts_on", "id"], unique=False)
    op.create_index("ix_organisation_relation_to_id_id", "organisation_relation", ["to_id", "id"], unique=False)
    op.create_index(
        "ix_organisation_relation_updated_at_id", "organisation_relation", ["updated_at", "id"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_organisation_relation_updated_at_id", table_name="organisation_relation")
    op.drop_index("ix_organisation_relation_to_id_id", table_name="organisation_relation")
    op.drop_index("ix_organisation_relation_starts_on_id", table_name="organisation_relation")
    op.drop_index("ix_organisation_relation_kind_id", table_name="organisation_relation")
    op.drop_index("ix_organisation_relation_from_id_id", table_name="organisation_relation")
    op.drop_index("ix_organisation_relation_ends_on_id", table_name="organisation_relation")
    op.drop_index("ix_organisation_relation_created_at_id", table_name="organisation_relation")
    op.drop_table("organisation_relation")
