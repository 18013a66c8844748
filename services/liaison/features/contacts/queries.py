"""What can be read of contacts, and by whom."""

from uuid import UUID

from sqlalchemy import and_, func

from services.contracts.base import Language
from services.contracts.liaison.contact import Contact
from services.kit.filters import any_of, created_and_updated, overlaps, yes_or_no
from services.kit.person_copies import kept_from_abroad, not_agreed
from services.kit.reading import Resource, Sort
from services.liaison.callers import rules
from services.liaison.features.calendar import AS_OF, PARAMETERS
from services.liaison.features.contacts.cards import CARDS
from services.liaison.features.counterparts.queries import brief
from services.liaison.tables import ContactRow, PersonCopyRow

_CURRENT = and_(
    func.coalesce(ContactRow.since <= AS_OF, True),
    func.coalesce(ContactRow.until >= AS_OF, True),
)

contacts = Resource(
    name="contact",
    path="/v1/contacts",
    model=Contact,
    row=ContactRow,
    fields={"current": _CURRENT},
    filters={
        "counterpart_id": any_of(ContactRow.counterpart_id, UUID, "Of any of these counterparts."),
        "person_id": any_of(ContactRow.person_id, UUID, "Any of members' persons.", identifies=True),
        "language": overlaps(ContactRow.languages, Language, "Speaks any of these languages."),
        "current": yes_or_no(_CURRENT, "Whether in office on `as_of`."),
        **created_and_updated(ContactRow),
    },
    facets=("counterpart_id", "language", "current"),
    sorts={
        "precedence": Sort(ContactRow.precedence, nullable=True),
        "name": Sort(ContactRow.sort_name),
        "created_at": Sort(ContactRow.created_at),
        "updated_at": Sort(ContactRow.updated_at),
    },
    search=ContactRow.search,
    expandable={"counterpart": brief(ContactRow.counterpart_id)},
    cards=CARDS,
    rules=rules(ContactRow.counterpart_id),
    leaves_out=(kept_from_abroad(not_agreed(ContactRow.person_id, PersonCopyRow)),),
    parameters=PARAMETERS,
)
