"""Archives of what is held about a person.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subject_file",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state = 'waiting' OR size IS NOT NULL OR state = 'expired'", name=op.f("ck_subject_file_size")
        ),
        sa.CheckConstraint("state IN ('waiting', 'ready', 'expired')", name=op.f("ck_subject_file_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_file")),
    )
    op.create_index("ix_subject_file_created_at_id", "subject_file", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_subject_file_expires_at",
        "subject_file",
        ["expires_at"],
        unique=False,
        postgresql_where="state <> 'expired'",
    )
    op.create_index("ix_subject_file_person_id_id", "subject_file", ["person_id", "id"], unique=False)
    op.create_index("ix_subject_file_updated_at_id", "subject_file", ["updated_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_subject_file_updated_at_id", table_name="subject_file")
    op.drop_index("ix_subject_file_person_id_id", table_name="subject_file")
    op.drop_index("ix_subject_file_expires_at", table_name="subject_file", postgresql_where="state <> 'expired'")
    op.drop_index("ix_subject_file_created_at_id", table_name="subject_file")
    op.drop_table("subject_file")
