"""Reading users."""

from gateway.callers import STAFF_SEE_ALL
from gateway.tables.user import UserRow
from services.contracts.codes import CountryCode
from services.contracts.gateway.user import User
from services.kit.filters import any_of, created_and_updated, flag, overlaps
from services.kit.reading import Resource, Sort

_DISABLED = UserRow.disabled_at.is_not(None)

USERS = Resource(
    name="user",
    path="/v1/users",
    model=User,
    row=UserRow,
    fields={"disabled": _DISABLED},
    filters={
        "email": any_of(UserRow.email, str, "Any of these e-mail addresses."),
        "country": any_of(UserRow.country, CountryCode, "Works in any of these countries."),
        "role": overlaps(UserRow.roles, str, "Holds any of these roles."),
        "disabled": flag(_DISABLED, "Only disabled users, or only others."),
        **created_and_updated(UserRow),
    },
    facets=("role", "country", "disabled"),
    sorts={
        "name": Sort(UserRow.name),
        "email": Sort(UserRow.email),
        "created_at": Sort(UserRow.created_at),
    },
    default_sort="id",
    rules=STAFF_SEE_ALL,
)
