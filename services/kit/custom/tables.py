"""What a service declares for custom fields: the definitions, the columns of the records, and the index of values.

A record holds its values as two JSON objects: `custom` for everybody who sees the record, `private_custom` for those
who may see sensitive fields. So what is sensitive never stands where others read, whatever they ask by.

PostgreSQL keeps one indexed row a value beside it, by a trigger (`keep_values`), whoever writes the record: a field can
be filtered, sorted and counted by without an index, or a change of the schema, of its own. References are foreign keys
there.
"""

from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from alembic.operations import Operations
from sqlalchemy import (
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from services.contracts.custom_field import Choice
from services.kit.db import Json, Tracked

INDEXED = 201
"""Characters of a text that are indexed: one more than can be asked by, so that a longer text equals none."""


class CustomFieldColumns(Tracked):
    """A definition. A service's row adds its `Base`."""

    __tablename__ = "custom_field"

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        # Made for each service anew: an index belongs to one table.
        return (
            UniqueConstraint("resource", "key"),
            CheckConstraint("type IN ('text', 'number', 'date', 'choice', 'reference')", name="type"),
            CheckConstraint("(type = 'choice') = (choices IS NOT NULL)", name="choices"),
            CheckConstraint("(type = 'reference') = (reference_to IS NOT NULL)", name="reference_to"),
            CheckConstraint("maximum >= minimum", name="range"),
            Index("ix_custom_field_created_at_id", "created_at", "id"),
            Index("ix_custom_field_updated_at_id", "updated_at", "id"),
        )

    resource: Mapped[str]
    key: Mapped[str] = mapped_column(Text(collation="C"))
    type: Mapped[str]
    labels: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
    help: Mapped[dict[str, str] | None] = mapped_column(Json(dict[str, str]))
    required: Mapped[bool]
    sensitive: Mapped[bool]
    shown_to_partners: Mapped[bool]
    multiple: Mapped[bool]
    choices: Mapped[list[Choice] | None] = mapped_column(Json(list[Choice]))
    reference_to: Mapped[str | None]
    max_length: Mapped[int | None]
    minimum: Mapped[float | None] = mapped_column(Double)
    maximum: Mapped[float | None] = mapped_column(Double)
    position: Mapped[int] = mapped_column(Integer)
    archived: Mapped[bool] = mapped_column(default=False)


class CustomHolder:
    """The columns of a record that has custom fields. Null stands for none."""

    personal: ClassVar[frozenset[str]] = frozenset({"custom", "private_custom"})
    """Named in the change log, and not kept there: who may see which value is not known when the log is read."""

    custom: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    private_custom: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class CustomValueColumns:
    """One value of a record, to be found by. `holder` names the record's table, `targets` what values may refer to:
    each has a column of its own, made by `refers_to`."""

    holder: ClassVar[str]
    targets: ClassVar[tuple[str, ...]] = ()

    @declared_attr.directive
    @classmethod
    def __tablename__(cls) -> str:
        return f"{cls.holder}_custom_value"

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        name = f"{cls.holder}_custom_value"
        return (
            PrimaryKeyConstraint("record_id", "key", "position"),
            *[
                Index(
                    f"ix_{name}_{kind}",
                    "key",
                    f"{kind}_value",
                    "record_id",
                    postgresql_where=text(f"{kind}_value IS NOT NULL"),
                )
                for kind in ("text", "number")
            ],
            *[
                Index(f"ix_{name}_{target}", f"{target}_id", postgresql_where=text(f"{target}_id IS NOT NULL"))
                for target in cls.targets
            ],
        )

    @declared_attr
    @classmethod
    def record_id(cls) -> Mapped[UUID]:
        return mapped_column(Uuid, ForeignKey(f"{cls.holder}.id", ondelete="CASCADE"))

    key: Mapped[str] = mapped_column(Text(collation="C"))
    position: Mapped[int] = mapped_column(SmallInteger)
    sensitive: Mapped[bool]
    text_value: Mapped[str | None] = mapped_column(Text(collation="C"))
    number_value: Mapped[Decimal | None] = mapped_column(Numeric)


def refers_to(table: str) -> Any:
    """The column of a value that is a reference to a row of this table."""
    return mapped_column(Uuid, ForeignKey(f"{table}.id"))


def keep_values(operations: Operations, holder: str, *targets: str) -> None:
    """Install the trigger that keeps a table's index of values; for migrations. `targets` as in the index's class."""
    columns = "".join(f", {what}_id" for what in targets)
    values = "".join(
        f",\n           CASE WHEN field.reference_to = '{what}' THEN (one.value #>> '{{}}')::uuid END"
        for what in targets
    )
    # The names are ours, never a caller's.
    operations.execute(f"""
        CREATE FUNCTION {holder}_custom_values() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'INSERT' THEN
                DELETE FROM {holder}_custom_value WHERE record_id = OLD.id;
            END IF;
            IF TG_OP = 'DELETE' THEN
                RETURN OLD;
            END IF;
            INSERT INTO {holder}_custom_value
                (record_id, key, position, sensitive, text_value, number_value{columns})
            SELECT NEW.id, given.key, one.position, given.sensitive,
                   CASE jsonb_typeof(one.value) WHEN 'string' THEN left(one.value #>> '{{}}', {INDEXED}) END,
                   CASE jsonb_typeof(one.value) WHEN 'number' THEN one.value::numeric END{values}
            FROM (SELECT key, value, false AS sensitive FROM jsonb_each(NEW.custom)
                  UNION ALL
                  SELECT key, value, true FROM jsonb_each(NEW.private_custom)) AS given
            CROSS JOIN LATERAL jsonb_array_elements(
                CASE jsonb_typeof(given.value) WHEN 'array' THEN given.value ELSE jsonb_build_array(given.value) END
            ) WITH ORDINALITY AS one(value, position)
            LEFT JOIN custom_field AS field ON field.resource = '{holder}' AND field.key = given.key;
            RETURN NULL;
        END $$
    """)  # noqa: S608
    triggers = {
        "given": ("AFTER INSERT", "NEW.custom IS NOT NULL OR NEW.private_custom IS NOT NULL"),
        "changed": (
            "AFTER UPDATE OF custom, private_custom",
            "(OLD.custom, OLD.private_custom) IS DISTINCT FROM (NEW.custom, NEW.private_custom)",
        ),
        # Before the foreign keys are looked at: a record may refer to itself.
        "ended": ("BEFORE DELETE", "OLD.custom IS NOT NULL OR OLD.private_custom IS NOT NULL"),
    }
    for name, (moment, condition) in triggers.items():
        operations.execute(
            f"CREATE TRIGGER {holder}_custom_{name} {moment} ON {holder} FOR EACH ROW WHEN ({condition}) "
            f"EXECUTE FUNCTION {holder}_custom_values()"
        )


def drop_values(operations: Operations, holder: str) -> None:
    """Remove what `keep_values` installed."""
    for trigger in ("given", "changed", "ended"):
        operations.execute(f"DROP TRIGGER {holder}_custom_{trigger} ON {holder}")
    operations.execute(f"DROP FUNCTION {holder}_custom_values()")
