"""Who comes with a registration: segments of persons go by their own attendance.

Facts there are already have `person_version` 0, and the worker asks events who came
(features/segments/participants.py), so nothing is filled in here. What the code before this revision writes while it
still runs has 0, too.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_TABLE = "attendance_fact"


def upgrade() -> None:
    op.add_column(_TABLE, sa.Column("person_id", sa.Uuid(), nullable=True))
    op.add_column(_TABLE, sa.Column("person_version", sa.Integer(), server_default=sa.text("0"), nullable=False))
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_attendance_fact_person_id",
            _TABLE,
            ["person_id"],
            postgresql_where=sa.text("person_id IS NOT NULL"),
            postgresql_concurrently=True,
        )
        op.create_index(
            "ix_attendance_fact_unasked",
            _TABLE,
            ["registration_id"],
            postgresql_where=sa.text("person_version = 0"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("ix_attendance_fact_unasked", table_name=_TABLE, postgresql_concurrently=True)
        op.drop_index("ix_attendance_fact_person_id", table_name=_TABLE, postgresql_concurrently=True)
    op.drop_column(_TABLE, "person_version")
    op.drop_column(_TABLE, "person_id")
