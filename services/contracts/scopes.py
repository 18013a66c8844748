"""Every scope there is, and what it lets a caller do. Roles and API keys are sets of these."""

from typing import Final

SCOPES: Final[dict[str, str]] = {
    "members:read": "Read organisations, sites and their standing.",
    "members:write": "Create, change and archive organisations, sites and designations.",
    "persons:read": "Read persons and affiliations.",
    "persons:write": "Create, change and delete persons and affiliations.",
    "persons:sensitive": "See a person's sensitive fields, such as the birth date.",
    "notes:read": "Read notes about organisations and persons.",
    "notes:write": "Write notes, and change one's own.",
    "notes:manage": "Change and delete notes that others wrote.",
    "documents:read": "Read and download documents about organisations and persons.",
    "documents:write": "Add, replace and delete documents.",
    "memberships:read": "Read membership types, memberships and terms.",
    "memberships:write": "Create and change membership types, memberships and terms.",
    "events:read": "Read series, events, admission types and attendance.",
    "events:write": "Create, change and publish series, events and admission types.",
    "registrations:read": "Read registrations and the waitlist.",
    "registrations:write": "Register, change and cancel.",
    "check-ins:write": "Check participants in at the door.",
    "liaison:read": "Read counterparts, contacts, interactions and follow-ups.",
    "liaison:write": "Create and change counterparts, contacts, interactions and follow-ups.",
    "liaison:confidential": "See and write interactions marked confidential.",
    "custom-fields:write": "Define custom fields.",
    "changes:read": "Read the change feeds and timelines.",
    "records:export": "Export lists as files, each with the scope that reads it.",
    "audit:read": "Read the audit logs.",
    "privacy:read": "Read erasures and subject files.",
    "privacy:write": "Edit purposes and retention rules, make subject files, erase persons.",
    "users:read": "Read staff users.",
    "users:write": "Create, change and disable staff users.",
    "roles:read": "Read roles.",
    "roles:write": "Create and change roles.",
    "api-keys:read": "Read API keys (never the secret).",
    "api-keys:write": "Create, rotate and revoke API keys.",
}

INTERNAL: Final = "internal"
"""Held by services only, never by a user or a key: lets one service deliver changes to another."""

STAFF_ONLY: Final = frozenset({"liaison:confidential", "notes:read"})
"""What needs one of these is never shown to a partner, whatever its key holds."""

NEEDS_PURPOSE: Final = frozenset({"persons:sensitive"})
"""Reading by one of these also needs a stated purpose, and leaves a row in the audit log."""

PUBLIC: Final = "public"
"""Marks an operation that needs no credential."""
