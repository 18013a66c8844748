"""The usual way, for comparison: FastAPI, SQLAlchemy's ORM and pydantic on the same table; no sign-in, no scopes."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, FastAPI
from sqlalchemy import ARRAY, Text, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.contracts.members.organisation import Organisation


class Base(DeclarativeBase):
    """Plain rows: no relationships, no events."""


class Row(Base):
    """The columns of an organisation that are shown."""

    __tablename__ = "organisation"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    kind: Mapped[str]
    country: Mapped[str | None]
    subdivision: Mapped[str | None]
    city: Mapped[str | None]
    address: Mapped[str | None]
    website: Mapped[str | None]
    emails: Mapped[list[str]] = mapped_column(ARRAY(Text))
    phones: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    identifiers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    status: Mapped[str]
    merged_into: Mapped[UUID | None]
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


url = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://", 1)
engine = create_async_engine(url, pool_size=8, max_overflow=0)
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
    row = await session.get(Row, id)
    return Organisation.model_validate(row, from_attributes=True)


@app.get("/page/{country}")
async def page(country: str, session: Session) -> dict[str, list[Organisation]]:
    query = select(Row).where(Row.country == country).order_by(Row.id).limit(50)
    rows = await session.scalars(query)
    return {"items": [Organisation.model_validate(row, from_attributes=True) for row in rows]}
