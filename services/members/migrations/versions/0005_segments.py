"""Segments and lists; copies of attendance and last contact, which segments go by.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attendance_fact",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("check_ins", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_attendance_fact")),
    )
    op.create_index(
        "ix_attendance_fact_event_id_organisation_id", "attendance_fact", ["event_id", "organisation_id"], unique=False
    )
    op.create_index("ix_attendance_fact_organisation_id", "attendance_fact", ["organisation_id"], unique=False)
    op.create_table(
        "contact_fact",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_contact_fact")),
    )
    op.create_index("ix_contact_fact_last_on", "contact_fact", ["last_on"], unique=False)
    op.create_table(
        "event_fact",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_fact")),
    )
    op.create_index("ix_event_fact_series_id", "event_fact", ["series_id"], unique=False)
    op.create_index("ix_event_fact_year", "event_fact", ["year"], unique=False)
    op.create_table(
        "segment",
        sa.Column("names", postgresql.JSONB(), nullable=False),
        sa.Column("sort_name", sa.Text(collation="C"), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("definition", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.CheckConstraint("resource IN ('organisations', 'persons')", name=op.f("ck_segment_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
    )
    op.create_index("ix_segment_created_at_id", "segment", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_segment_search",
        "segment",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index("ix_segment_sort_name_id", "segment", ["sort_name", "id"], unique=False)
    op.create_index("ix_segment_updated_at_id", "segment", ["updated_at", "id"], unique=False)
    op.create_table(
        "segment_entry",
        sa.Column("segment_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("num_nonnulls(organisation_id, person_id) = 1", name=op.f("ck_segment_entry_one_record")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_segment_entry_organisation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_segment_entry_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_segment_entry_segment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_entry")),
        sa.UniqueConstraint("segment_id", "organisation_id", name=op.f("uq_segment_entry_segment_id_organisation_id")),
        sa.UniqueConstraint("segment_id", "person_id", name=op.f("uq_segment_entry_segment_id_person_id")),
    )
    op.create_index("ix_segment_entry_created_at_id", "segment_entry", ["created_at", "id"], unique=False)
    op.create_index("ix_segment_entry_organisation_id", "segment_entry", ["organisation_id"], unique=False)
    op.create_index("ix_segment_entry_person_id", "segment_entry", ["person_id"], unique=False)
    op.create_index("ix_segment_entry_segment_id_id", "segment_entry", ["segment_id", "id"], unique=False)
    op.create_index("ix_segment_entry_updated_at_id", "segment_entry", ["updated_at", "id"], unique=False)
    op.create_table(
        "segment_reference",
        sa.Column("segment_id", sa.Uuid(), nullable=False),
        sa.Column("refers_to_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["refers_to_id"], ["segment.id"], name=op.f("fk_segment_reference_refers_to_id")),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_segment_reference_segment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("segment_id", "refers_to_id", name=op.f("pk_segment_reference")),
    )
    op.create_index(op.f("ix_segment_reference_refers_to_id"), "segment_reference", ["refers_to_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_segment_reference_refers_to_id"), table_name="segment_reference")
    op.drop_table("segment_reference")
    op.drop_index("ix_segment_entry_updated_at_id", table_name="segment_entry")
    op.drop_index("ix_segment_entry_segment_id_id", table_name="segment_entry")
    op.drop_index("ix_segment_entry_person_id", table_name="segment_entry")
    op.drop_index("ix_segment_entry_organisation_id", table_name="segment_entry")
    op.drop_index("ix_segment_entry_created_at_id", table_name="segment_entry")
    op.drop_table("segment_entry")
    op.drop_index("ix_segment_updated_at_id", table_name="segment")
    op.drop_index("ix_segment_sort_name_id", table_name="segment")
    op.drop_index(
        "ix_segment_search", table_name="segment", postgresql_using="gin", postgresql_with={"fastupdate": "off"}
    )
    op.drop_index("ix_segment_created_at_id", table_name="segment")
    op.drop_table("segment")
    op.drop_index("ix_event_fact_year", table_name="event_fact")
    op.drop_index("ix_event_fact_series_id", table_name="event_fact")
    op.drop_table("event_fact")
    op.drop_index("ix_contact_fact_last_on", table_name="contact_fact")
    op.drop_table("contact_fact")
    op.drop_index("ix_attendance_fact_organisation_id", table_name="attendance_fact")
    op.drop_index("ix_attendance_fact_event_id_organisation_id", table_name="attendance_fact")
    op.drop_table("attendance_fact")
