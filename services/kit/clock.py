"""The office's calendar: its midnight decides which day it is, wherever the server stands."""

from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.kit.db import now

office_zone: ContextVar[ZoneInfo] = ContextVar("office_zone", default=ZoneInfo("UTC"))
"""Set for each request and each worker from `OFFICE_TIME_ZONE`."""


def office_today(at: datetime | None = None) -> date:
    """The date in the office, now or at a moment."""
    return (at or now()).astimezone(office_zone.get()).date()
