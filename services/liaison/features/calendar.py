"""The day a list is asked for: the office's today unless the caller names another."""

from sqlalchemy import Date, bindparam

from services.contracts.base import CalendarDate
from services.kit.clock import office_today
from services.kit.reading import Parameter

AS_OF = bindparam("as_of", type_=Date())
"""The day, in statements of a resource that takes the parameter."""

PARAMETERS = {"as_of": Parameter(CalendarDate, office_today, "The day it is asked for; left out: the office's today.")}
