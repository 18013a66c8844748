"""Custom fields of sites, and the index of their values.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.kit.custom.tables import drop_values, keep_values

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "site_custom_value",
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("text_value", sa.Text(collation="C"), nullable=True),
        sa.Column("number_value", sa.Numeric(), nullable=True),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_site_custom_value_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_site_custom_value_person_id")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["site.id"], name=op.f("fk_site_custom_value_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", "key", "position", name=op.f("pk_site_custom_value")),
    )
    op.create_index(
        "ix_site_custom_value_number",
        "site_custom_value",
        ["key", "number_value", "record_id"],
        unique=False,
        postgresql_where=sa.text("number_value IS NOT NULL"),
    )
    op.create_index(
        "ix_site_custom_value_organisation",
        "site_custom_value",
        ["organisation_id"],
        unique=False,
        postgresql_where=sa.text("organisation_id IS NOT NULL"),
    )
    op.create_index(
        "ix_site_custom_value_person",
        "site_custom_value",
        ["person_id"],
        unique=False,
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )
    op.create_index(
        "ix_site_custom_value_text",
        "site_custom_value",
        ["key", "text_value", "record_id"],
        unique=False,
        postgresql_where=sa.text("text_value IS NOT NULL"),
    )
    op.add_column("site", sa.Column("custom", postgresql.JSONB(), nullable=True))
    op.add_column("site", sa.Column("private_custom", postgresql.JSONB(), nullable=True))
    keep_values(op, "site", "organisation", "person")  # type: ignore[arg-type]


def downgrade() -> None:
    drop_values(op, "site")  # type: ignore[arg-type]
    op.drop_column("site", "private_custom")
    op.drop_column("site", "custom")
    op.drop_index(
        "ix_site_custom_value_text", table_name="site_custom_value", postgresql_where=sa.text("text_value IS NOT NULL")
    )
    op.drop_index(
        "ix_site_custom_value_person", table_name="site_custom_value", postgresql_where=sa.text("person_id IS NOT NULL")
    )
    op.drop_index(
        "ix_site_custom_value_organisation",
        table_name="site_custom_value",
        postgresql_where=sa.text("organisation_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_site_custom_value_number",
        table_name="site_custom_value",
        postgresql_where=sa.text("number_value IS NOT NULL"),
    )
    op.drop_table("site_custom_value")
