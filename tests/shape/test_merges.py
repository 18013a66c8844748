"""Everything that refers to an organisation or a person has its place in a merge."""

from services.members.features.merges.hanging import ON_ORGANISATIONS, ON_PERSONS
from services.members.tables.base import Base

HANDLED = {
    "affiliation.person_id": "features/merges/affiliations.py",
    "affiliation.organisation_id": "features/merges/affiliations.py",
    "consent_state.person_id": "settle_consents works it out anew",
    "organisation_relation.from_id": "features/organisation_relations/actions.py, move",
    "organisation_relation.to_id": "features/organisation_relations/actions.py, move",
    "organisation.parent_id": "features/organisations/tree.py, take_branches",
    "organisation.merged_into": "who was merged into the loser leads on through it",
    "person.merged_into": "who was merged into the loser leads on through it",
    "segment_entry.organisation_id": "features/merges/following.py, move_entries",
    "segment_entry.person_id": "features/merges/following.py, move_entries",
    "organisation_custom_value.organisation_id": "features/merges/following.py, move_references",
    "organisation_custom_value.person_id": "features/merges/following.py, move_references",
    "person_custom_value.organisation_id": "features/merges/following.py, move_references",
    "person_custom_value.person_id": "features/merges/following.py, move_references",
    "site_custom_value.organisation_id": "features/merges/following.py, move_references",
    "site_custom_value.person_id": "features/merges/following.py, move_references",
    "organisation_identifier.organisation_id": "settle() holds them anew for both records",
    "person_identifier.person_id": "settle() holds them anew for both records",
    "organisation_custom_value.record_id": "the values of the record itself: choose() and settle()",
    "person_custom_value.record_id": "the values of the record itself: choose() and settle()",
}
"""Foreign keys that do not merely hang on a record, and who sees to them."""


def test_every_reference_to_what_is_merged_is_seen_to() -> None:
    hanging = {f"{one.row.__tablename__}.{one.column}" for one in (*ON_ORGANISATIONS, *ON_PERSONS)}
    referring = {
        f"{table.name}.{key.parent.name}"
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in ("organisation", "person")
    }
    assert referring - hanging - HANDLED.keys() == set(), (
        "a merge leaves these rows at the loser: move them, or say who"
    )
    assert (hanging | HANDLED.keys()) - referring == set(), "no such references any more"
