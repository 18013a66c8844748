"""When organisations were last spoken to, as the other services are told."""

from datetime import date

from sqlalchemy import Date
from sqlalchemy.orm import Mapped, mapped_column

from services.kit.db import Tracked
from services.liaison.tables.base import Base


class OrganisationContactRow(Tracked, Base):
    """The last normal contact with any counterpart that is this organisation, whose id it has.

    It is about no organisation in the sense of timelines: what was talked about stands there itself.
    """

    __tablename__ = "organisation_contact"

    last_contact_on: Mapped[date | None] = mapped_column(Date)
