"""Lists are filtered by who did it, by province and by type of file.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_organisation_subdivision_id", "organisation", ["subdivision", "id"], None),
    ("ix_merge_merged_by_id", "merge", ["merged_by", "id"], None),
    ("ix_merge_undone_by_id", "merge", ["undone_by", "id"], "undone_by IS NOT NULL"),
    ("ix_consent_recorded_by_id", "consent", ["recorded_by", "id"], None),
    ("ix_duplicate_candidate_decided_by_id", "duplicate_candidate", ["decided_by", "id"], "decided_by IS NOT NULL"),
    ("ix_document_version_media_type_id", "document_version", ["media_type", "id"], None),
    ("ix_document_version_sent_by_id", "document_version", ["sent_by", "id"], None),
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, table, columns, where in _INDEXES:
            op.create_index(
                name,
                table,
                columns,
                postgresql_where=None if where is None else sa.text(where),
                postgresql_concurrently=True,
                if_not_exists=True,
            )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name, table, *_ in reversed(_INDEXES):
            op.drop_index(name, table_name=table, postgresql_concurrently=True)
