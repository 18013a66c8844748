"""Notes, documents with their versions, sites and their designations.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("title", postgresql.JSONB(), nullable=False),
        sa.Column("sort_title", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("tags", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("content_number", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.CheckConstraint(
            "NOT shared OR (organisation_id IS NOT NULL AND NOT sensitive)", name=op.f("ck_document_shared")
        ),
        sa.CheckConstraint("num_nonnulls(organisation_id, person_id) = 1", name=op.f("ck_document_about")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_document_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_document_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index("ix_document_created_at_id", "document", ["created_at", "id"], unique=False)
    op.create_index("ix_document_kind_id", "document", ["kind", "id"], unique=False)
    op.create_index("ix_document_organisation_id_id", "document", ["organisation_id", "id"], unique=False)
    op.create_index("ix_document_person_id_id", "document", ["person_id", "id"], unique=False)
    op.create_index(
        "ix_document_search",
        "document",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index("ix_document_sort_title_id", "document", ["sort_title", "id"], unique=False)
    op.create_index("ix_document_tags", "document", ["tags"], unique=False, postgresql_using="gin")
    op.create_index("ix_document_updated_at_id", "document", ["updated_at", "id"], unique=False)
    op.create_table(
        "note",
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("num_nonnulls(organisation_id, person_id) = 1", name=op.f("ck_note_about")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_note_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_note_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index("ix_note_author_id", "note", ["author", "id"], unique=False)
    op.create_index("ix_note_created_at_id", "note", ["created_at", "id"], unique=False)
    op.create_index("ix_note_organisation_id_id", "note", ["organisation_id", "id"], unique=False)
    op.create_index("ix_note_person_id_id", "note", ["person_id", "id"], unique=False)
    op.create_index("ix_note_pinned_id", "note", ["pinned", "id"], unique=False)
    op.create_index("ix_note_updated_at_id", "note", ["updated_at", "id"], unique=False)
    op.create_table(
        "site",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("names", postgresql.JSONB(), nullable=False),
        sa.Column("sort_name", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("subdivision", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("coordinates", postgresql.JSONB(), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("description", postgresql.JSONB(), nullable=True),
        sa.Column("tags", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.CheckConstraint("status IN ('active', 'archived')", name=op.f("ck_site_status")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_site_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    op.create_index("ix_site_city_id", "site", ["city", "id"], unique=False)
    op.create_index("ix_site_country_id", "site", ["country", "id"], unique=False)
    op.create_index("ix_site_created_at_id", "site", ["created_at", "id"], unique=False)
    op.create_index("ix_site_kind_id", "site", ["kind", "id"], unique=False)
    op.create_index("ix_site_organisation_id_id", "site", ["organisation_id", "id"], unique=False)
    op.create_index(
        "ix_site_search",
        "site",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index("ix_site_sort_name_id", "site", ["sort_name", "id"], unique=False)
    op.create_index("ix_site_tags", "site", ["tags"], unique=False, postgresql_using="gin")
    op.create_index("ix_site_updated_at_id", "site", ["updated_at", "id"], unique=False)
    op.create_table(
        "designation",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", postgresql.JSONB(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("awarded_by", postgresql.JSONB(), nullable=True),
        sa.Column("awarded_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("source_title", sa.Text(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("source_document_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("revoked_on >= awarded_on", name=op.f("ck_designation_revoked_on")),
        sa.CheckConstraint("valid_until >= awarded_on", name=op.f("ck_designation_valid_until")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_designation_site_id")),
        sa.ForeignKeyConstraint(
            ["source_document_id"], ["document.id"], name=op.f("fk_designation_source_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_designation")),
    )
    op.create_index("ix_designation_awarded_on_id", "designation", ["awarded_on", "id"], unique=False)
    op.create_index("ix_designation_created_at_id", "designation", ["created_at", "id"], unique=False)
    op.create_index("ix_designation_grade_id", "designation", ["grade", "id"], unique=False)
    op.create_index("ix_designation_kind_id", "designation", ["kind", "id"], unique=False)
    op.create_index("ix_designation_site_id_id", "designation", ["site_id", "id"], unique=False)
    op.create_index("ix_designation_source_document_id", "designation", ["source_document_id"], unique=False)
    op.create_index("ix_designation_updated_at_id", "designation", ["updated_at", "id"], unique=False)
    op.create_index("ix_designation_valid_until_id", "designation", ["valid_until", "id"], unique=False)
    op.create_table(
        "document_version",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("sent_by_name", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_document_version_number")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_document_version_size")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_version_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_version")),
        sa.UniqueConstraint("document_id", "number", name=op.f("uq_document_version_document_id_number")),
    )
    op.create_index("ix_document_version_created_at_id", "document_version", ["created_at", "id"], unique=False)


def downgrade() -> None:
    for table in ("document_version", "designation", "site", "note", "document"):
        op.drop_table(table)
