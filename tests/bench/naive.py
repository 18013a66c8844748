"""The usual way, for comparison: FastAPI, SQLAlchemy's ORM and pydantic; no sign-in, scopes, change log or search keys.

It reads the same table of organisations. What it writes goes into tables of its own (`TABLES`) with a primary key and
nothing else to keep up, as such a service would begin.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Depends, FastAPI
from sqlalchemy import ARRAY, DateTime, Text, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.contracts.base import Output
from services.contracts.events.registration import RegistrationCreate
from services.contracts.members.organisation import Organisation, OrganisationCreate, OrganisationUpdate

TABLES = """
CREATE TABLE bench_organisation (LIKE organisation INCLUDING DEFAULTS, PRIMARY KEY (id));
CREATE TABLE bench_registration (
    id uuid PRIMARY KEY, admission_type_id uuid NOT NULL, names jsonb NOT NULL, email text, country text,
    created_at timestamptz NOT NULL);
CREATE INDEX ON bench_registration (admission_type_id);
"""
SEATS = 1_000_000


class Base(DeclarativeBase):
    """Plain rows: no relationships, no events."""

    type_annotation_map = {
        dict[str, Any]: JSONB(none_as_null=True),
        list[dict[str, Any]]: JSONB,
        list[str]: ARRAY(Text),
        datetime: DateTime(timezone=True),
    }


class Columns:
    """The columns of an organisation that are shown."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    names: Mapped[dict[str, Any]]
    kind: Mapped[str]
    country: Mapped[str | None]
    subdivision: Mapped[str | None]
    city: Mapped[str | None]
    address: Mapped[str | None]
    website: Mapped[str | None]
    emails: Mapped[list[str]]
    phones: Mapped[list[dict[str, Any]]]
    identifiers: Mapped[list[dict[str, Any]]]
    tags: Mapped[list[str]]
    parent_id: Mapped[UUID | None]
    former_names: Mapped[list[dict[str, Any]]]
    description: Mapped[dict[str, Any] | None]
    officer_id: Mapped[UUID | None]
    contact_cadence_days: Mapped[int | None]
    key_member: Mapped[dict[str, Any] | None]
    stale_texts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    status: Mapped[str]
    merged_into: Mapped[UUID | None]
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @property
    def custom(self) -> dict[str, Any]:
        """Without custom fields."""
        return {}


class Row(Columns, Base):
    """As the service keeps it; read here."""

    __tablename__ = "organisation"
    sort_name: Mapped[str]


class Written(Columns, Base):
    """Made here."""

    __tablename__ = "bench_organisation"
    sort_name: Mapped[str] = mapped_column(default="")
    search: Mapped[Any] = mapped_column(TSVECTOR, default="")


class Seat(Base):
    """A registration."""

    __tablename__ = "bench_registration"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    admission_type_id: Mapped[UUID]
    names: Mapped[dict[str, Any]]
    email: Mapped[str | None]
    country: Mapped[str | None]
    created_at: Mapped[datetime]


class Registered(Output):
    """What is answered."""

    id: UUID
    admission_type_id: UUID
    names: dict[str, str]
    email: str | None
    country: str | None
    created_at: datetime


url = os.environ.get("DATABASE_URL", "postgresql://").replace("postgresql://", "postgresql+psycopg://", 1)
engine = create_async_engine(
    url, pool_size=8, max_overflow=0, connect_args={"options": "-c jit=off", "application_name": "naive"}
)
sessions = async_sessionmaker(engine, expire_on_commit=False)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield
    await engine.dispose()


async def session() -> AsyncIterator[AsyncSession]:
    async with sessions() as opened:
        yield opened


Session = Annotated[AsyncSession, Depends(session)]
app = FastAPI(lifespan=lifespan)


@app.get("/one/{id}")
async def one(id: UUID, session: Session) -> Organisation:
    return _shown(await session.get_one(Row, id))


@app.get("/page")
async def page(
    session: Session, country: str | None = None, sort: str | None = None, q: str | None = None, offset: int = 0
) -> dict[str, list[Organisation]]:
    query = select(Row).order_by(Row.sort_name if sort == "name" else Row.id).limit(50).offset(offset)
    if country is not None:
        query = query.where(Row.country == country)
    if q is not None:
        query = query.where(cast(Row.names, Text).ilike(f"%{q}%"))
    return {"items": [_shown(row) for row in await session.scalars(query)]}


@app.get("/written")
async def written(session: Session) -> list[UUID]:
    return list(await session.scalars(select(Written.id).limit(1_000)))


@app.post("/organisations", status_code=201)
async def create(new: OrganisationCreate, session: Session) -> Organisation:
    now = datetime.now(UTC)
    values = new.model_dump(mode="json", exclude={"custom", "parent_id", "officer_id"})
    values["phones"] = [{"number": p["number"], "written": p["number"], "valid": True} for p in values["phones"]]
    row = Written(id=uuid4(), **values, stale_texts={}, status="active", version=1, created_at=now, updated_at=now)
    session.add(row)
    await session.commit()
    return _shown(row)


@app.patch("/organisations/{id}")
async def update(id: UUID, change: OrganisationUpdate, session: Session) -> Organisation:
    row = await session.get_one(Written, id)
    for name, value in change.model_dump(mode="json", exclude_unset=True).items():
        setattr(row, name, value)
    row.version += 1
    row.updated_at = datetime.now(UTC)
    await session.commit()
    return _shown(row)


@app.post("/registrations", status_code=201)
async def register(new: RegistrationCreate, session: Session) -> Registered:
    """Counts and hopes: two at once may take the last seat."""
    given = new.model_dump(mode="json")
    participant = given["participant"]
    taken = await session.scalar(
        select(func.count()).select_from(Seat).where(Seat.admission_type_id == new.admission_type_id)
    )
    if (taken or 0) >= SEATS:
        raise RuntimeError("no seat is left")
    row = Seat(
        id=uuid4(),
        admission_type_id=new.admission_type_id,
        names=participant["names"],
        email=participant.get("email"),
        country=participant.get("country"),
        created_at=datetime.now(UTC),
    )
    session.add(row)
    await session.commit()
    return Registered.model_validate(row, from_attributes=True)


def _shown(row: Columns) -> Organisation:
    return Organisation.model_validate(row, from_attributes=True)
