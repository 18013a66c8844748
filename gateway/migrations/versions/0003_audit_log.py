"""The audit log: added to only, and hash-chained.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gateway.roles.granting import give, take_back
from services.kit.migrate import install_audit, remove_audit

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


GIVEN = {"administrator": ["audit:read"], "leadership": ["audit:read"]}


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("about", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("about_count", sa.Integer(), nullable=False),
        sa.Column("fields", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("cardinality(about) <= 1000", name=op.f("ck_audit_about")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_about", "audit", ["about"], unique=False, postgresql_using="gin")
    op.create_index("ix_audit_action_id", "audit", ["action", "id"], unique=False)
    op.create_index("ix_audit_actor_id", "audit", ["actor", "id"], unique=False)
    op.create_index("ix_audit_at_id", "audit", ["at", "id"], unique=False)
    op.create_table(
        "audit_link",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_link")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_audit_link_audit_id")),
    )
    install_audit(op)  # type: ignore[arg-type]
    give(op, GIVEN)


def downgrade() -> None:
    take_back(op, GIVEN)
    remove_audit(op)  # type: ignore[arg-type]
    op.drop_table("audit_link")
    op.drop_index("ix_audit_at_id", table_name="audit")
    op.drop_index("ix_audit_actor_id", table_name="audit")
    op.drop_index("ix_audit_action_id", table_name="audit")
    op.drop_index("ix_audit_about", table_name="audit", postgresql_using="gin")
    op.drop_table("audit")
