"""How long records about persons are kept.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "retention_rule",
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("keep_days", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("after IN ('created_at', 'updated_at')", name=op.f("ck_retention_rule_after")),
        sa.CheckConstraint("resource IN ('persons', 'notes', 'documents')", name=op.f("ck_retention_rule_resource")),
        sa.CheckConstraint("status IN ('active', 'paused')", name=op.f("ck_retention_rule_status")),
        sa.CheckConstraint("keep_days >= 1", name=op.f("ck_retention_rule_keep_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_rule")),
        sa.UniqueConstraint("resource", "after", name=op.f("uq_retention_rule_resource_after")),
    )
    op.create_index("ix_retention_rule_created_at_id", "retention_rule", ["created_at", "id"], unique=False)
    op.create_index("ix_retention_rule_updated_at_id", "retention_rule", ["updated_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_retention_rule_updated_at_id", table_name="retention_rule")
    op.drop_index("ix_retention_rule_created_at_id", table_name="retention_rule")
    op.drop_table("retention_rule")
