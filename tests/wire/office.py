"""The day it is in the office whose services are under test: theirs, not that of the machine or of UTC."""

import time
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.kit.settings import Settings

ZONE = ZoneInfo(Settings.model_fields["office_time_zone"].default)
"""The office's unless a test gives it another."""
NEARLY_OVER = timedelta(seconds=20)
"""Longer than a test takes: the day it begins with is the one it ends with."""


def office_today() -> date:
    """Today in the office. Waits for tomorrow where today is nearly over."""
    while (ahead := datetime.now(ZONE) + NEARLY_OVER).date() != datetime.now(ZONE).date():
        since_midnight = ahead - ahead.replace(hour=0, minute=0, second=0, microsecond=0)
        time.sleep((NEARLY_OVER - since_midnight).total_seconds() + 0.01)
    return datetime.now(ZONE).date()
