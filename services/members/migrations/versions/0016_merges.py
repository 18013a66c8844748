"""Merges, with what is needed to undo them.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "merge",
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("winner_id", sa.Uuid(), nullable=False),
        sa.Column("loser_id", sa.Uuid(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("moved", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("images", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("merged_by", sa.Text(), nullable=False),
        sa.Column("undo_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("resource IN ('organisations', 'persons')", name=op.f("ck_merge_resource")),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_merge_undone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
    )
    op.create_index("ix_merge_created_at_id", "merge", ["created_at", "id"], unique=False)
    op.create_index("ix_merge_loser_id_id", "merge", ["loser_id", "id"], unique=False)
    op.create_index(
        "ix_merge_undo_until", "merge", ["undo_until"], unique=False, postgresql_where=sa.text("images <> '[]'")
    )
    op.create_index("ix_merge_updated_at_id", "merge", ["updated_at", "id"], unique=False)
    op.create_index("ix_merge_winner_id_id", "merge", ["winner_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("merge")
