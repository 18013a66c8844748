"""First tables.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.kit.changes import Xid8
from services.kit.migrate import install_job_queue

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    install_job_queue(op)  # type: ignore[arg-type]
    op.create_table(
        "organisation_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("names", postgresql.JSONB(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(status = 'merged') = (merged_into IS NOT NULL)", name=op.f("ck_organisation_copy_merged_into")
        ),
        sa.CheckConstraint(
            "status IN ('untold', 'active', 'archived', 'merged', 'deleted')", name=op.f("ck_organisation_copy_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_copy")),
    )
    op.create_table(
        "counterpart",
        sa.Column("names", postgresql.JSONB(), nullable=False),
        sa.Column("sort_name", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("represents", sa.Text(), nullable=True),
        sa.Column("stands_in", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("emails", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("phones", postgresql.JSONB(), nullable=False),
        sa.Column("identifiers", postgresql.JSONB(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("contact_cadence_days", sa.Integer(), nullable=True),
        sa.Column("cadence_since", sa.Date(), nullable=True),
        sa.Column("owner", postgresql.JSONB(), nullable=True),
        sa.Column("owner_subject", sa.Text(), nullable=True),
        sa.Column("owner_name", sa.Text(), nullable=True),
        sa.Column("tags", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("last_contact_on", sa.Date(), nullable=True),
        sa.Column("last_contact_on_any", sa.Date(), nullable=True),
        sa.Column(
            "next_due_on",
            sa.Date(),
            sa.Computed("coalesce(last_contact_on + contact_cadence_days, cadence_since)", persisted=True),
            nullable=True,
        ),
        sa.Column(
            "next_due_on_any",
            sa.Date(),
            sa.Computed("coalesce(last_contact_on_any + contact_cadence_days, cadence_since)", persisted=True),
            nullable=True,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.CheckConstraint("status IN ('active', 'archived')", name=op.f("ck_counterpart_status")),
        sa.CheckConstraint(
            "(contact_cadence_days IS NULL) = (cadence_since IS NULL)", name=op.f("ck_counterpart_cadence_since")
        ),
        sa.CheckConstraint("contact_cadence_days BETWEEN 1 AND 3650", name=op.f("ck_counterpart_contact_cadence_days")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation_copy.id"], name=op.f("fk_counterpart_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counterpart")),
    )
    op.create_index("ix_counterpart_created_at_id", "counterpart", ["created_at", "id"], unique=False)
    op.create_index("ix_counterpart_kind_id", "counterpart", ["kind", "id"], unique=False)
    op.create_index("ix_counterpart_last_contact_on_any_id", "counterpart", ["last_contact_on_any", "id"], unique=False)
    op.create_index("ix_counterpart_last_contact_on_id", "counterpart", ["last_contact_on", "id"], unique=False)
    op.create_index("ix_counterpart_next_due_on_any_id", "counterpart", ["next_due_on_any", "id"], unique=False)
    op.create_index("ix_counterpart_next_due_on_id", "counterpart", ["next_due_on", "id"], unique=False)
    op.create_index("ix_counterpart_organisation_id", "counterpart", ["organisation_id", "id"], unique=False)
    op.create_index("ix_counterpart_owner_name_id", "counterpart", ["owner_name", "id"], unique=False)
    op.create_index("ix_counterpart_owner_subject_id", "counterpart", ["owner_subject", "id"], unique=False)
    op.create_index("ix_counterpart_represents_id", "counterpart", ["represents", "id"], unique=False)
    op.create_index(
        "ix_counterpart_search",
        "counterpart",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index("ix_counterpart_sort_name_id", "counterpart", ["sort_name", "id"], unique=False)
    op.create_index("ix_counterpart_stands_in_id", "counterpart", ["stands_in", "id"], unique=False)
    op.create_index("ix_counterpart_tags", "counterpart", ["tags"], unique=False, postgresql_using="gin")
    op.create_index("ix_counterpart_updated_at_id", "counterpart", ["updated_at", "id"], unique=False)
    op.create_table(
        "contact",
        sa.Column("counterpart_id", sa.Uuid(), nullable=False),
        sa.Column("names", postgresql.JSONB(), nullable=False),
        sa.Column("sort_name", sa.Text(collation="C"), nullable=False),
        sa.Column("title", postgresql.JSONB(), nullable=True),
        sa.Column("precedence", sa.Integer(), nullable=True),
        sa.Column("emails", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("phones", postgresql.JSONB(), nullable=False),
        sa.Column("languages", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.CheckConstraint("precedence BETWEEN 1 AND 9999", name=op.f("ck_contact_precedence")),
        sa.CheckConstraint("until >= since", name=op.f("ck_contact_until")),
        sa.ForeignKeyConstraint(["counterpart_id"], ["counterpart.id"], name=op.f("fk_contact_counterpart_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(
        "ix_contact_counterpart_id_precedence_id", "contact", ["counterpart_id", "precedence", "id"], unique=False
    )
    op.create_index("ix_contact_created_at_id", "contact", ["created_at", "id"], unique=False)
    op.create_index("ix_contact_languages", "contact", ["languages"], unique=False, postgresql_using="gin")
    op.create_index("ix_contact_precedence_id", "contact", ["precedence", "id"], unique=False)
    op.create_index(
        "ix_contact_search",
        "contact",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index("ix_contact_sort_name_id", "contact", ["sort_name", "id"], unique=False)
    op.create_index("ix_contact_updated_at_id", "contact", ["updated_at", "id"], unique=False)
    op.create_table(
        "counterpart_identifier",
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("counterpart_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["counterpart_id"],
            ["counterpart.id"],
            name=op.f("fk_counterpart_identifier_counterpart_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("scheme", "value", name=op.f("pk_counterpart_identifier")),
    )
    op.create_index(
        op.f("ix_counterpart_identifier_counterpart_id"), "counterpart_identifier", ["counterpart_id"], unique=False
    )
    op.create_table(
        "interaction",
        sa.Column("counterpart_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("time", postgresql.JSONB(), nullable=True),
        sa.Column("ours", postgresql.JSONB(), nullable=False),
        sa.Column("contact_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("their_names", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("subject", postgresql.JSONB(), nullable=False),
        sa.Column("summary", postgresql.JSONB(), nullable=True),
        sa.Column("confidentiality", sa.Text(), nullable=False),
        sa.Column("gone_follow_ups", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.CheckConstraint(
            "confidentiality IN ('normal', 'confidential')", name=op.f("ck_interaction_confidentiality")
        ),
        sa.ForeignKeyConstraint(["counterpart_id"], ["counterpart.id"], name=op.f("fk_interaction_counterpart_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interaction")),
        sa.UniqueConstraint("id", "confidentiality", name=op.f("uq_interaction_id_confidentiality")),
    )
    op.create_index("ix_interaction_channel_id", "interaction", ["channel", "id"], unique=False)
    op.create_index(
        "ix_interaction_confidential",
        "interaction",
        ["id"],
        unique=False,
        postgresql_where="confidentiality = 'confidential'",
    )
    op.create_index(
        "ix_interaction_counterpart_id_occurred_on_id",
        "interaction",
        ["counterpart_id", "occurred_on", "id"],
        unique=False,
    )
    op.create_index("ix_interaction_created_at_id", "interaction", ["created_at", "id"], unique=False)
    op.create_index("ix_interaction_occurred_on_id", "interaction", ["occurred_on", "id"], unique=False)
    op.create_index(
        "ix_interaction_ours",
        "interaction",
        ["ours"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"ours": "jsonb_path_ops"},
    )
    op.create_index(
        "ix_interaction_search",
        "interaction",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index("ix_interaction_updated_at_id", "interaction", ["updated_at", "id"], unique=False)
    op.create_table(
        "follow_up",
        sa.Column("counterpart_id", sa.Uuid(), nullable=False),
        sa.Column("interaction_id", sa.Uuid(), nullable=True),
        sa.Column("confidentiality", sa.Text(), nullable=False),
        sa.Column("owner", postgresql.JSONB(), nullable=False),
        sa.Column("owner_subject", sa.Text(), nullable=True),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("subject", postgresql.JSONB(), nullable=False),
        sa.Column("note", postgresql.JSONB(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.CheckConstraint("(status = 'open') = (closed_at IS NULL)", name=op.f("ck_follow_up_closed_at")),
        sa.CheckConstraint(
            "interaction_id IS NOT NULL OR confidentiality = 'normal'", name=op.f("ck_follow_up_confidentiality")
        ),
        sa.CheckConstraint("status IN ('open', 'done', 'dropped')", name=op.f("ck_follow_up_status")),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_follow_up_closed_by")),
        sa.ForeignKeyConstraint(["counterpart_id"], ["counterpart.id"], name=op.f("fk_follow_up_counterpart_id")),
        sa.ForeignKeyConstraint(
            ["interaction_id", "confidentiality"],
            ["interaction.id", "interaction.confidentiality"],
            name=op.f("fk_follow_up_interaction_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
    )
    op.create_index("ix_follow_up_closed_at_id", "follow_up", ["closed_at", "id"], unique=False)
    op.create_index(
        "ix_follow_up_counterpart_id_due_on_id", "follow_up", ["counterpart_id", "due_on", "id"], unique=False
    )
    op.create_index("ix_follow_up_created_at_id", "follow_up", ["created_at", "id"], unique=False)
    op.create_index("ix_follow_up_due_on_id", "follow_up", ["due_on", "id"], unique=False)
    op.create_index("ix_follow_up_interaction_id_id", "follow_up", ["interaction_id", "id"], unique=False)
    op.create_index(
        "ix_follow_up_open_due_on_id", "follow_up", ["due_on", "id"], unique=False, postgresql_where="status = 'open'"
    )
    op.create_index("ix_follow_up_owner_name_id", "follow_up", ["owner_name", "id"], unique=False)
    op.create_index("ix_follow_up_owner_subject_id", "follow_up", ["owner_subject", "id"], unique=False)
    op.create_index(
        "ix_follow_up_search",
        "follow_up",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index("ix_follow_up_status_id", "follow_up", ["status", "id"], unique=False)
    op.create_index("ix_follow_up_updated_at_id", "follow_up", ["updated_at", "id"], unique=False)
    op.create_table(
        "interaction_contact",
        sa.Column("interaction_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_interaction_contact_contact_id")),
        sa.ForeignKeyConstraint(
            ["interaction_id"],
            ["interaction.id"],
            name=op.f("fk_interaction_contact_interaction_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("interaction_id", "contact_id", name=op.f("pk_interaction_contact")),
    )
    op.create_index(op.f("ix_interaction_contact_contact_id"), "interaction_contact", ["contact_id"], unique=False)
    op.create_table(
        "change",
        sa.Column("sequence", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("transaction_id", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("required_scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("resource_version", sa.Integer(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_change")),
        sa.UniqueConstraint("id", name=op.f("uq_change_id")),
    )
    op.create_index("ix_change_feed", "change", ["transaction_id", "sequence"], unique=False)
    op.create_index("ix_change_organisation_ids", "change", ["organisation_ids"], unique=False, postgresql_using="gin")
    op.create_index("ix_change_recent", "change", ["at", "sequence"], unique=False)
    op.create_index("ix_change_resource", "change", ["resource_id", "sequence"], unique=False)
    op.create_table(
        "delivery_position",
        sa.Column("subscriber", sa.Text(), nullable=False),
        sa.Column("transaction_id", Xid8(), server_default=sa.text("'0'"), nullable=False),
        sa.Column("window_end", Xid8(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("subscriber", name=op.f("pk_delivery_position")),
    )
    op.create_table(
        "idempotency",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", "route", "key", name=op.f("pk_idempotency")),
    )
    op.create_index(op.f("ix_idempotency_at"), "idempotency", ["at"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("change", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
    )
    op.create_index("ix_inbox_applied_at", "inbox", ["applied_at"], unique=False)
    op.create_index(
        "ix_inbox_waiting", "inbox", ["resource_id", "sequence"], unique=False, postgresql_where="applied_at IS NULL"
    )


def downgrade() -> None:
    op.drop_index("ix_inbox_applied_at", table_name="inbox")
    op.drop_index("ix_inbox_waiting", table_name="inbox", postgresql_where="applied_at IS NULL")
    op.drop_table("inbox")
    op.drop_index(op.f("ix_idempotency_at"), table_name="idempotency")
    op.drop_table("idempotency")
    op.drop_table("delivery_position")
    op.drop_index("ix_change_resource", table_name="change")
    op.drop_index("ix_change_recent", table_name="change")
    op.drop_index("ix_change_organisation_ids", table_name="change", postgresql_using="gin")
    op.drop_index("ix_change_feed", table_name="change")
    op.drop_table("change")
    op.drop_index(op.f("ix_interaction_contact_contact_id"), table_name="interaction_contact")
    op.drop_table("interaction_contact")
    op.drop_index("ix_follow_up_updated_at_id", table_name="follow_up")
    op.drop_index("ix_follow_up_status_id", table_name="follow_up")
    op.drop_index(
        "ix_follow_up_search", table_name="follow_up", postgresql_using="gin", postgresql_with={"fastupdate": "off"}
    )
    op.drop_index("ix_follow_up_owner_subject_id", table_name="follow_up")
    op.drop_index("ix_follow_up_owner_name_id", table_name="follow_up")
    op.drop_index("ix_follow_up_open_due_on_id", table_name="follow_up", postgresql_where="status = 'open'")
    op.drop_index("ix_follow_up_interaction_id_id", table_name="follow_up")
    op.drop_index("ix_follow_up_due_on_id", table_name="follow_up")
    op.drop_index("ix_follow_up_created_at_id", table_name="follow_up")
    op.drop_index("ix_follow_up_counterpart_id_due_on_id", table_name="follow_up")
    op.drop_index("ix_follow_up_closed_at_id", table_name="follow_up")
    op.drop_table("follow_up")
    op.drop_index("ix_interaction_updated_at_id", table_name="interaction")
    op.drop_index(
        "ix_interaction_search", table_name="interaction", postgresql_using="gin", postgresql_with={"fastupdate": "off"}
    )
    op.drop_index(
        "ix_interaction_ours",
        table_name="interaction",
        postgresql_using="gin",
        postgresql_ops={"ours": "jsonb_path_ops"},
    )
    op.drop_index("ix_interaction_occurred_on_id", table_name="interaction")
    op.drop_index("ix_interaction_created_at_id", table_name="interaction")
    op.drop_index("ix_interaction_counterpart_id_occurred_on_id", table_name="interaction")
    op.drop_index(
        "ix_interaction_confidential", table_name="interaction", postgresql_where="confidentiality = 'confidential'"
    )
    op.drop_index("ix_interaction_channel_id", table_name="interaction")
    op.drop_table("interaction")
    op.drop_index(op.f("ix_counterpart_identifier_counterpart_id"), table_name="counterpart_identifier")
    op.drop_table("counterpart_identifier")
    op.drop_index("ix_contact_updated_at_id", table_name="contact")
    op.drop_index("ix_contact_sort_name_id", table_name="contact")
    op.drop_index(
        "ix_contact_search", table_name="contact", postgresql_using="gin", postgresql_with={"fastupdate": "off"}
    )
    op.drop_index("ix_contact_precedence_id", table_name="contact")
    op.drop_index("ix_contact_languages", table_name="contact", postgresql_using="gin")
    op.drop_index("ix_contact_created_at_id", table_name="contact")
    op.drop_index("ix_contact_counterpart_id_precedence_id", table_name="contact")
    op.drop_table("contact")
    op.drop_index("ix_counterpart_updated_at_id", table_name="counterpart")
    op.drop_index("ix_counterpart_tags", table_name="counterpart", postgresql_using="gin")
    op.drop_index("ix_counterpart_stands_in_id", table_name="counterpart")
    op.drop_index("ix_counterpart_sort_name_id", table_name="counterpart")
    op.drop_index(
        "ix_counterpart_search", table_name="counterpart", postgresql_using="gin", postgresql_with={"fastupdate": "off"}
    )
    op.drop_index("ix_counterpart_represents_id", table_name="counterpart")
    op.drop_index("ix_counterpart_owner_subject_id", table_name="counterpart")
    op.drop_index("ix_counterpart_owner_name_id", table_name="counterpart")
    op.drop_index("ix_counterpart_organisation_id", table_name="counterpart")
    op.drop_index("ix_counterpart_next_due_on_id", table_name="counterpart")
    op.drop_index("ix_counterpart_next_due_on_any_id", table_name="counterpart")
    op.drop_index("ix_counterpart_last_contact_on_id", table_name="counterpart")
    op.drop_index("ix_counterpart_last_contact_on_any_id", table_name="counterpart")
    op.drop_index("ix_counterpart_kind_id", table_name="counterpart")
    op.drop_index("ix_counterpart_created_at_id", table_name="counterpart")
    op.drop_table("counterpart")
    op.drop_table("organisation_copy")
