"""Imports, their rows and mappings; country labels.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "country_label",
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_country_label")),
    )
    op.create_index("ix_country_label_country_id", "country_label", ["country", "id"], unique=False)
    op.create_index("ix_country_label_created_at_id", "country_label", ["created_at", "id"], unique=False)
    op.create_index("ix_country_label_updated_at_id", "country_label", ["updated_at", "id"], unique=False)
    op.create_index("uq_country_label_folded", "country_label", ["folded"], unique=True)
    op.create_table(
        "import_mapping",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("columns", postgresql.JSONB(), nullable=False),
        sa.Column("header", sa.Text(), nullable=False),
        sa.Column("defaults", postgresql.JSONB(), nullable=False),
        sa.Column("on_invalid", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "resource IN ('organisations', 'persons', 'counterparts')", name=op.f("ck_import_mapping_resource")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mapping")),
    )
    op.create_index("ix_import_mapping_created_at_id", "import_mapping", ["created_at", "id"], unique=False)
    op.create_index("ix_import_mapping_resource_header", "import_mapping", ["resource", "header"], unique=False)
    op.create_index("ix_import_mapping_updated_at_id", "import_mapping", ["updated_at", "id"], unique=False)
    op.create_index("uq_import_mapping_name", "import_mapping", [sa.literal_column("lower(name)")], unique=True)
    op.create_table(
        "import",
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rehearsal", sa.Boolean(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_size", sa.BigInteger(), nullable=False),
        sa.Column("stored_as", sa.Text(), nullable=True),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("mapping_id", sa.Uuid(), nullable=True),
        sa.Column("defaults", postgresql.JSONB(), nullable=False),
        sa.Column("on_invalid", sa.Text(), nullable=False),
        sa.Column("notes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("problem", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("required_scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("caller", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("prepared", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("flagged", sa.Integer(), nullable=False),
        sa.Column("undone", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undo_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("resource IN ('organisations', 'persons', 'counterparts')", name=op.f("ck_import_resource")),
        sa.CheckConstraint(
            "state IN ('reading', 'proposed', 'checking', 'checked', 'running', 'done', 'failed', 'cancelled', "
            "'undoing', 'undone')",
            name=op.f("ck_import_state"),
        ),
        sa.ForeignKeyConstraint(
            ["mapping_id"], ["import_mapping.id"], name=op.f("fk_import_mapping_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import")),
    )
    op.create_index("ix_import_created_at_id", "import", ["created_at", "id"], unique=False)
    op.create_index("ix_import_created_by_id", "import", ["created_by", "id"], unique=False)
    op.create_index("ix_import_resource_id", "import", ["resource", "id"], unique=False)
    op.create_index("ix_import_state_id", "import", ["state", "id"], unique=False)
    op.create_index("ix_import_undo_until", "import", ["undo_until"], unique=False)
    op.create_index("ix_import_updated_at_id", "import", ["updated_at", "id"], unique=False)
    op.create_table(
        "import_line",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("extra", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("raw", sa.Text(), nullable=True),
        sa.Column("twin", sa.Integer(), nullable=True),
        sa.Column("twin_key", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("problems", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("record_version", sa.Integer(), nullable=True),
        sa.Column("before", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("besides", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("undo", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('created', 'updated', 'matched', 'rejected')", name=op.f("ck_import_line_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import.id"], name=op.f("fk_import_line_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_import_line")),
    )
    op.create_index(
        "ix_import_line_record_id", "import_line", ["record_id"], unique=False, postgresql_where="record_id IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_index("ix_import_line_record_id", table_name="import_line", postgresql_where="record_id IS NOT NULL")
    op.drop_table("import_line")
    op.drop_index("ix_import_updated_at_id", table_name="import")
    op.drop_index("ix_import_undo_until", table_name="import")
    op.drop_index("ix_import_state_id", table_name="import")
    op.drop_index("ix_import_resource_id", table_name="import")
    op.drop_index("ix_import_created_by_id", table_name="import")
    op.drop_index("ix_import_created_at_id", table_name="import")
    op.drop_table("import")
    op.drop_index("uq_import_mapping_name", table_name="import_mapping")
    op.drop_index("ix_import_mapping_updated_at_id", table_name="import_mapping")
    op.drop_index("ix_import_mapping_resource_header", table_name="import_mapping")
    op.drop_index("ix_import_mapping_created_at_id", table_name="import_mapping")
    op.drop_table("import_mapping")
    op.drop_index("uq_country_label_folded", table_name="country_label")
    op.drop_index("ix_country_label_updated_at_id", table_name="country_label")
    op.drop_index("ix_country_label_created_at_id", table_name="country_label")
    op.drop_index("ix_country_label_country_id", table_name="country_label")
    op.drop_table("country_label")
