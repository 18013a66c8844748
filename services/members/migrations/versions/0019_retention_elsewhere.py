"""Rules for what events and liaison hold.

Revision ID: 0019
Revises: 0018
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_NAME = "ck_retention_rule_resource"


def upgrade() -> None:
    # What the narrower rule let in is within the wider one, and the table has a handful of rows: checked in no time.
    op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE retention_rule DROP CONSTRAINT {_NAME}")
    op.create_check_constraint(
        op.f(_NAME),
        "retention_rule",
        "resource IN ('persons', 'notes', 'documents', 'registrations', 'contacts')",
        postgresql_not_valid=True,
    )
    op.execute(f"-- squawk-ignore constraint-missing-not-valid\nALTER TABLE retention_rule VALIDATE CONSTRAINT {_NAME}")


def downgrade() -> None:
    op.execute("DELETE FROM retention_rule WHERE resource IN ('registrations', 'contacts')")
    op.drop_constraint(op.f(_NAME), "retention_rule", type_="check")
    op.create_check_constraint(op.f(_NAME), "retention_rule", "resource IN ('persons', 'notes', 'documents')")
