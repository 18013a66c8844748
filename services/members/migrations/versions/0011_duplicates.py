"""Duplicates: keys, candidates and scans; persons may be merged.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_CHECKS = {
    "status": "status IN ('active', 'merged')",
    "merged_into": "(status = 'merged') = (merged_into IS NOT NULL)",
    "not_into_itself": "merged_into <> id",
}


def upgrade() -> None:
    op.create_table(
        "duplicate_candidate",
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("left_id", sa.Uuid(), nullable=False),
        sa.Column("right_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sensitive_score", sa.Double(), nullable=False),
        sa.Column("sensitive_reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("resource IN ('organisations', 'persons')", name=op.f("ck_duplicate_candidate_resource")),
        sa.CheckConstraint("status IN ('open', 'dismissed', 'merged')", name=op.f("ck_duplicate_candidate_status")),
        sa.CheckConstraint("left_id < right_id", name=op.f("ck_duplicate_candidate_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_candidate")),
        sa.UniqueConstraint("left_id", "right_id", name=op.f("uq_duplicate_candidate_left_id_right_id")),
    )
    op.create_index("ix_duplicate_candidate_created_at_id", "duplicate_candidate", ["created_at", "id"], unique=False)
    op.create_index("ix_duplicate_candidate_right_id", "duplicate_candidate", ["right_id"], unique=False)
    op.create_index(
        "ix_duplicate_candidate_status_resource_id", "duplicate_candidate", ["status", "resource", "id"], unique=False
    )
    op.create_index("ix_duplicate_candidate_updated_at_id", "duplicate_candidate", ["updated_at", "id"], unique=False)
    op.create_table(
        "duplicate_scan",
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("indexed", sa.Integer(), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("position", sa.Uuid(), nullable=True),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("resource IN ('organisations', 'persons')", name=op.f("ck_duplicate_scan_resource")),
        sa.CheckConstraint(
            "state IN ('waiting', 'indexing', 'comparing', 'done', 'cancelled')", name=op.f("ck_duplicate_scan_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_scan")),
    )
    op.create_index("ix_duplicate_scan_created_at_id", "duplicate_scan", ["created_at", "id"], unique=False)
    op.create_index("ix_duplicate_scan_updated_at_id", "duplicate_scan", ["updated_at", "id"], unique=False)
    op.create_index(
        "uq_duplicate_scan_running",
        "duplicate_scan",
        ["resource"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'indexing', 'comparing')"),
    )
    op.create_table(
        "match_key",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("key", "record_id", name=op.f("pk_match_key")),
    )
    op.create_index("ix_match_key_record_id", "match_key", ["record_id"], unique=False)
    op.add_column("person", sa.Column("status", sa.Text(), server_default=sa.text("'active'"), nullable=False))
    op.add_column("person", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_person_merged_into"), "person", "person", ["merged_into"], ["id"], postgresql_not_valid=True
    )
    for name, condition in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_person_{name}"), "person", condition, postgresql_not_valid=True)
    with op.get_context().autocommit_block():
        for name in ("fk_person_merged_into", *(f"ck_person_{name}" for name in _CHECKS)):
            op.execute(f"ALTER TABLE person VALIDATE CONSTRAINT {name}")
        op.create_index(
            "ix_person_merged_into",
            "person",
            ["merged_into"],
            unique=False,
            postgresql_where=sa.text("merged_into IS NOT NULL"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    for name in _CHECKS:
        op.drop_constraint(op.f(f"ck_person_{name}"), "person", type_="check")
    op.drop_constraint(op.f("fk_person_merged_into"), "person", type_="foreignkey")
    op.drop_index("ix_person_merged_into", table_name="person")
    op.drop_column("person", "merged_into")
    op.drop_column("person", "status")
    op.drop_table("match_key")
    op.drop_table("duplicate_scan")
    op.drop_table("duplicate_candidate")
