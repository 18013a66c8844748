"""Columns for the whole picture of organisations, persons and affiliations.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_LIST = sa.text("'[]'")
_OBJECT = sa.text("'{}'")


def upgrade() -> None:
    op.create_table(
        "person_identifier",
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_identifier_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("scheme", "value", name=op.f("pk_person_identifier")),
    )
    op.create_index(op.f("ix_person_identifier_person_id"), "person_identifier", ["person_id"], unique=False)

    op.add_column("organisation", sa.Column("parent_id", sa.Uuid(), nullable=True))
    op.add_column("organisation", sa.Column("former_names", postgresql.JSONB(), server_default=_LIST, nullable=False))
    op.add_column("organisation", sa.Column("description", postgresql.JSONB(), nullable=True))
    op.add_column("organisation", sa.Column("officer_id", sa.Uuid(), nullable=True))
    op.add_column("organisation", sa.Column("contact_cadence_days", sa.Integer(), nullable=True))
    op.add_column("organisation", sa.Column("key_member", postgresql.JSONB(), nullable=True))
    op.add_column("organisation", sa.Column("stale_texts", postgresql.JSONB(), server_default=_OBJECT, nullable=False))
    op.create_foreign_key(
        op.f("fk_organisation_parent_id"),
        "organisation",
        "organisation",
        ["parent_id"],
        ["id"],
        postgresql_not_valid=True,
    )
    op.create_check_constraint(
        op.f("ck_organisation_not_its_own_parent"), "organisation", "parent_id <> id", postgresql_not_valid=True
    )
    op.create_check_constraint(
        op.f("ck_organisation_contact_cadence_days"),
        "organisation",
        "contact_cadence_days BETWEEN 1 AND 3650",
        postgresql_not_valid=True,
    )

    op.add_column("person", sa.Column("name_parts", postgresql.JSONB(), server_default=_OBJECT, nullable=False))
    op.add_column("person", sa.Column("titles", postgresql.JSONB(), nullable=True))
    op.add_column("person", sa.Column("salutations", postgresql.JSONB(), nullable=True))
    op.add_column("person", sa.Column("address", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("channels", postgresql.JSONB(), server_default=_LIST, nullable=False))
    op.add_column("person", sa.Column("identifiers", postgresql.JSONB(), server_default=_LIST, nullable=False))
    op.add_column("person", sa.Column("diet", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("health", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("passport", postgresql.JSONB(), nullable=True))
    op.add_column("person", sa.Column("private_channels", postgresql.JSONB(), server_default=_LIST, nullable=False))
    # What was one text is two now; nobody but its author can part it, and health is the one to be careful with.
    op.execute("UPDATE person SET health = requirements WHERE requirements IS NOT NULL")
    # No release has had the column, so no code that still runs reads it.
    op.execute("-- squawk-ignore ban-drop-column\nALTER TABLE person DROP COLUMN requirements")

    op.add_column("affiliation", sa.Column("primary", sa.Boolean(), server_default=sa.false(), nullable=False))
    # No row is primary yet, so it is soon made; an exclusion knows no NOT VALID.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "ALTER TABLE affiliation ADD CONSTRAINT ex_affiliation_primary EXCLUDE USING gist "
        "(uuidrange(person_id, person_id, '[]') WITH =, daterange(starts_on, ends_on, '[]') WITH &&) "
        'WHERE ("primary")'
    )

    with op.get_context().autocommit_block():
        for name in (
            "fk_organisation_parent_id",
            "ck_organisation_not_its_own_parent",
            "ck_organisation_contact_cadence_days",
        ):
            op.execute(f"ALTER TABLE organisation VALIDATE CONSTRAINT {name}")
        op.create_index(
            "ix_organisation_parent_id_id", "organisation", ["parent_id", "id"], postgresql_concurrently=True
        )
        op.create_index(
            "ix_organisation_officer_id_id", "organisation", ["officer_id", "id"], postgresql_concurrently=True
        )
        op.create_index(
            "ix_organisation_key_member",
            "organisation",
            ["id"],
            postgresql_where=sa.text("key_member IS NOT NULL"),
            postgresql_concurrently=True,
        )
        op.create_index(
            "ix_organisation_stale",
            "organisation",
            ["id"],
            postgresql_where=sa.text("stale_texts <> '{}'"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_constraint("ex_affiliation_primary", "affiliation")
    op.drop_column("affiliation", "primary")
    op.add_column("person", sa.Column("requirements", sa.Text(), nullable=True))
    op.execute("UPDATE person SET requirements = concat_ws(E'\n', diet, health) WHERE num_nonnulls(diet, health) > 0")
    for name in (
        "private_channels",
        "passport",
        "health",
        "diet",
        "identifiers",
        "channels",
        "address",
        "salutations",
        "titles",
        "name_parts",
    ):
        op.drop_column("person", name)
    for name in (
        "stale_texts",
        "key_member",
        "contact_cadence_days",
        "officer_id",
        "description",
        "former_names",
        "parent_id",
    ):
        op.drop_column("organisation", name)
    op.drop_index(op.f("ix_person_identifier_person_id"), table_name="person_identifier")
    op.drop_table("person_identifier")
