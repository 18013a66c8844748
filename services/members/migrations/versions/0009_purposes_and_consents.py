"""Purposes, consents, and the purposes an alliance starts with.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.kit.ids import new_id

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# What sensitive fields are read for, and what persons agree to; data from here on, edited at /v1/purposes.
ACCESS = {
    "visa_letter": {"zh": "签证邀请函", "en": "Visa letter"},
    "catering": {"zh": "餐饮安排", "en": "Catering"},
    "dietary_planning": {"zh": "饮食规划", "en": "Dietary planning"},
    "emergency": {"zh": "紧急情况", "en": "Emergency"},
    "travel_booking": {"zh": "差旅预订", "en": "Travel booking"},
    "accessibility": {"zh": "无障碍安排", "en": "Accessibility"},
    "record_keeping": {"zh": "档案核对", "en": "Keeping the records right"},
}
CONSENT = {
    "newsletter": (
        {"zh": "通讯", "en": "Newsletter"},
        {
            "zh": "我同意联盟通过电子邮件向我发送通讯。",
            "en": "I agree that the alliance sends me its newsletter by e-mail.",
        },
    ),
    "photos": (
        {"zh": "影像使用", "en": "Photographs"},
        {
            "zh": "我同意联盟公开使用在其活动中拍摄的含有我的影像。",
            "en": "I agree that the alliance publishes pictures of me taken at its events.",
        },
    ),
    "cross_border_transfer": (
        {"zh": "个人信息出境", "en": "Transfer across borders"},
        {
            "zh": "我同意联盟将我的个人信息提供给其境外代表机构和合作伙伴。",
            "en": "I agree that the alliance passes my personal data to its offices and partners abroad.",
        },
    ),
}


def upgrade() -> None:
    op.create_table(
        "purpose",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("names", postgresql.JSONB(), nullable=False),
        sa.Column("access", sa.Boolean(), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.Column("texts", postgresql.JSONB(), nullable=True),
        sa.Column("text_version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('active', 'archived')", name=op.f("ck_purpose_status")),
        sa.CheckConstraint("(texts IS NULL) = (text_version = 0)", name=op.f("ck_purpose_texts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purpose")),
        sa.UniqueConstraint("key", name=op.f("uq_purpose_key")),
    )
    op.create_index("ix_purpose_created_at_id", "purpose", ["created_at", "id"], unique=False)
    op.create_index("ix_purpose_updated_at_id", "purpose", ["updated_at", "id"], unique=False)
    op.create_table(
        "consent",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("proof_document_id", sa.Uuid(), nullable=True),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("decision IN ('given', 'withdrawn')", name=op.f("ck_consent_decision")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["purpose"], ["purpose.key"], name=op.f("fk_consent_purpose")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_created_at_id", "consent", ["created_at", "id"], unique=False)
    op.create_index("ix_consent_decided_at_id", "consent", ["decided_at", "id"], unique=False)
    op.create_index("ix_consent_person_id_id", "consent", ["person_id", "id"], unique=False)
    op.create_index("ix_consent_purpose_id", "consent", ["purpose", "id"], unique=False)
    op.create_index("ix_consent_updated_at_id", "consent", ["updated_at", "id"], unique=False)
    op.create_table(
        "purpose_text",
        sa.Column("purpose_id", sa.Uuid(), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("texts", postgresql.JSONB(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["purpose_id"], ["purpose.id"], name=op.f("fk_purpose_text_purpose_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purpose_text")),
        sa.UniqueConstraint("purpose_id", "text_version", name=op.f("uq_purpose_text_purpose_id_text_version")),
    )
    op.create_table(
        "consent_state",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["consent.id"], name=op.f("fk_consent_state_consent_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_consent_state_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["purpose"], ["purpose.key"], name=op.f("fk_consent_state_purpose")),
        sa.PrimaryKeyConstraint("person_id", "purpose", name=op.f("pk_consent_state")),
    )
    op.create_index("ix_consent_state_consent_id", "consent_state", ["consent_id"], unique=False)
    op.create_index(
        "ix_consent_state_given",
        "consent_state",
        ["purpose", "person_id"],
        unique=False,
        postgresql_where="decision = 'given'",
    )
    _seed()


def _seed() -> None:
    purpose = sa.table(
        "purpose",
        sa.column("id", sa.Uuid()),
        sa.column("key", sa.Text()),
        sa.column("names", postgresql.JSONB()),
        sa.column("access", sa.Boolean()),
        sa.column("consent", sa.Boolean()),
        sa.column("texts", postgresql.JSONB(none_as_null=True)),
        sa.column("text_version", sa.Integer()),
        sa.column("status", sa.Text()),
        sa.column("version", sa.Integer()),
        sa.column("created_at", sa.DateTime(timezone=True)),
        sa.column("updated_at", sa.DateTime(timezone=True)),
    )
    common = {"status": "active", "version": 1, "created_at": sa.func.now(), "updated_at": sa.func.now()}
    for key, names in ACCESS.items():
        op.execute(
            purpose.insert().values(
                id=new_id(), key=key, names=names, access=True, consent=False, texts=sa.null(), text_version=0, **common
            )
        )
    for key, (names, texts) in CONSENT.items():
        op.execute(
            purpose.insert().values(
                id=new_id(), key=key, names=names, access=False, consent=True, texts=texts, text_version=1, **common
            )
        )
    op.execute(
        "INSERT INTO purpose_text (id, purpose_id, text_version, texts, version, created_at, updated_at) "
        "SELECT gen_random_uuid(), id, 1, texts, 1, created_at, updated_at FROM purpose WHERE text_version = 1"
    )


def downgrade() -> None:
    op.drop_index("ix_consent_state_given", table_name="consent_state", postgresql_where="decision = 'given'")
    op.drop_index("ix_consent_state_consent_id", table_name="consent_state")
    op.drop_table("consent_state")
    op.drop_table("purpose_text")
    op.drop_index("ix_consent_updated_at_id", table_name="consent")
    op.drop_index("ix_consent_purpose_id", table_name="consent")
    op.drop_index("ix_consent_person_id_id", table_name="consent")
    op.drop_index("ix_consent_decided_at_id", table_name="consent")
    op.drop_index("ix_consent_created_at_id", table_name="consent")
    op.drop_table("consent")
    op.drop_index("ix_purpose_updated_at_id", table_name="purpose")
    op.drop_index("ix_purpose_created_at_id", table_name="purpose")
    op.drop_table("purpose")
