"""The roles an alliance starts with. They are data from here on: edit them at `/v1/roles`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.kit.ids import new_id

revision: str = "0002"
down_revision: str | None = "0001"

READS = [
    "changes:read",
    "events:read",
    "liaison:read",
    "members:read",
    "memberships:read",
    "persons:read",
    "registrations:read",
]

ROLES: list[tuple[str, dict[str, str], list[str]]] = [
    # The administrator's scopes are all there are; the gateway keeps them so (gateway/roles/actions.py).
    (
        "administrator",
        {"zh": "管理员", "en": "Administrator"},
        [
            *READS,
            "api-keys:read",
            "api-keys:write",
            "check-ins:write",
            "events:write",
            "liaison:confidential",
            "liaison:write",
            "members:write",
            "memberships:write",
            "persons:sensitive",
            "persons:write",
            "registrations:write",
            "roles:read",
            "roles:write",
            "users:read",
            "users:write",
        ],
    ),
    (
        "secretariat",
        {"zh": "秘书处", "en": "Secretariat"},
        [
            *READS,
            "check-ins:write",
            "events:write",
            "liaison:write",
            "members:write",
            "memberships:write",
            "persons:sensitive",
            "persons:write",
            "registrations:write",
            "users:read",
        ],
    ),
    (
        "liaison-officer",
        {"zh": "联络专员", "en": "Liaison officer"},
        [*READS, "liaison:confidential", "liaison:write", "persons:write", "registrations:write"],
    ),
    (
        "events-officer",
        {"zh": "活动专员", "en": "Events officer"},
        [*READS, "check-ins:write", "events:write", "persons:write", "registrations:write"],
    ),
    ("leadership", {"zh": "领导", "en": "Leadership"}, [*READS, "liaison:confidential", "users:read"]),
    ("viewer", {"zh": "访客", "en": "Viewer"}, READS),
]


def upgrade() -> None:
    """Insert them."""
    role = sa.table(
        "role",
        sa.column("id", sa.Uuid()),
        sa.column("name", sa.Text()),
        sa.column("titles", postgresql.JSONB()),
        sa.column("scopes", sa.ARRAY(sa.Text())),
        sa.column("fixed", sa.Boolean()),
        sa.column("version", sa.Integer()),
        sa.column("created_at", sa.DateTime(timezone=True)),
        sa.column("updated_at", sa.DateTime(timezone=True)),
    )
    for name, titles, scopes in ROLES:
        op.execute(
            role.insert().values(
                id=new_id(),
                name=name,
                titles=titles,
                scopes=sorted(scopes),
                fixed=name == "administrator",
                version=1,
                created_at=sa.func.now(),
                updated_at=sa.func.now(),
            )
        )


def downgrade() -> None:
    """Delete those that nobody holds."""
    op.execute("DELETE FROM role WHERE NOT EXISTS (SELECT FROM user_account u WHERE role.name = ANY (u.roles))")
