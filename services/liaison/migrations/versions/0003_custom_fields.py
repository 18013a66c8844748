"""Custom fields of counterparts, and the index of their values.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.kit.custom.tables import drop_values, keep_values

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "custom_field",
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("labels", postgresql.JSONB(), nullable=False),
        sa.Column("help", postgresql.JSONB(), nullable=True),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("shown_to_partners", sa.Boolean(), nullable=False),
        sa.Column("multiple", sa.Boolean(), nullable=False),
        sa.Column("choices", postgresql.JSONB(), nullable=True),
        sa.Column("reference_to", sa.Text(), nullable=True),
        sa.Column("max_length", sa.Integer(), nullable=True),
        sa.Column("minimum", sa.Double(), nullable=True),
        sa.Column("maximum", sa.Double(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(type = 'choice') = (choices IS NOT NULL)", name=op.f("ck_custom_field_choices")),
        sa.CheckConstraint(
            "(type = 'reference') = (reference_to IS NOT NULL)", name=op.f("ck_custom_field_reference_to")
        ),
        sa.CheckConstraint(
            "type IN ('text', 'number', 'date', 'choice', 'reference')", name=op.f("ck_custom_field_type")
        ),
        sa.CheckConstraint("maximum >= minimum", name=op.f("ck_custom_field_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_field")),
        sa.UniqueConstraint("resource", "key", name=op.f("uq_custom_field_resource_key")),
    )
    op.create_index("ix_custom_field_created_at_id", "custom_field", ["created_at", "id"], unique=False)
    op.create_index("ix_custom_field_updated_at_id", "custom_field", ["updated_at", "id"], unique=False)
    op.create_table(
        "counterpart_custom_value",
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("text_value", sa.Text(collation="C"), nullable=True),
        sa.Column("number_value", sa.Numeric(), nullable=True),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation_copy.id"], name=op.f("fk_counterpart_custom_value_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["counterpart.id"], name=op.f("fk_counterpart_custom_value_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", "key", "position", name=op.f("pk_counterpart_custom_value")),
    )
    op.create_index(
        "ix_counterpart_custom_value_number",
        "counterpart_custom_value",
        ["key", "number_value", "record_id"],
        unique=False,
        postgresql_where=sa.text("number_value IS NOT NULL"),
    )
    op.create_index(
        "ix_counterpart_custom_value_organisation",
        "counterpart_custom_value",
        ["organisation_id"],
        unique=False,
        postgresql_where=sa.text("organisation_id IS NOT NULL"),
    )
    op.create_index(
        "ix_counterpart_custom_value_text",
        "counterpart_custom_value",
        ["key", "text_value", "record_id"],
        unique=False,
        postgresql_where=sa.text("text_value IS NOT NULL"),
    )
    op.add_column("counterpart", sa.Column("custom", postgresql.JSONB(), nullable=True))
    op.add_column("counterpart", sa.Column("private_custom", postgresql.JSONB(), nullable=True))
    keep_values(op, "counterpart", "organisation")  # type: ignore[arg-type]


def downgrade() -> None:
    drop_values(op, "counterpart")  # type: ignore[arg-type]
    op.drop_column("counterpart", "private_custom")
    op.drop_column("counterpart", "custom")
    op.drop_index(
        "ix_counterpart_custom_value_text",
        table_name="counterpart_custom_value",
        postgresql_where=sa.text("text_value IS NOT NULL"),
    )
    op.drop_index(
        "ix_counterpart_custom_value_organisation",
        table_name="counterpart_custom_value",
        postgresql_where=sa.text("organisation_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_counterpart_custom_value_number",
        table_name="counterpart_custom_value",
        postgresql_where=sa.text("number_value IS NOT NULL"),
    )
    op.drop_table("counterpart_custom_value")
    op.drop_index("ix_custom_field_updated_at_id", table_name="custom_field")
    op.drop_index("ix_custom_field_created_at_id", table_name="custom_field")
    op.drop_table("custom_field")
