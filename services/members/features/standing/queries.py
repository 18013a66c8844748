"""An organisation's standing on a date. One statement, whatever its history."""

from collections import defaultdict
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Date, Uuid, bindparam, case, cast, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import aliased

from services.contracts.members.standing import Gap, Standing, StandingTerm
from services.kit.auth import Caller
from services.kit.errors import NotFound
from services.kit.reading import Run as Read
from services.kit.reading import Statement
from services.members.features.standing.runs import Run, days_held, gaps_between, runs_of
from services.members.tables.membership import (
    MembershipDecisionRow,
    MembershipRow,
    MembershipTermRow,
    MembershipTypeRow,
)
from services.members.tables.organisation import OrganisationRow
from services.members.tables.status import ENDED, MEMBER, StatusOn

_ASKED = cast(bindparam("id", type_=Uuid()), Uuid)
_ON = cast(bindparam("on", type_=Date()), Date)
_TERMS = TypeAdapter(list[StandingTerm])


async def standing(read: Read, caller: Caller, id: UUID, on: date) -> Standing:
    """The standing. `NotFound` where there is no such organisation that the caller may see."""
    may_see = caller.kind != "partner" or caller.organisation_id == id
    statement = _statement()
    rows = await read(statement.sql, statement.arguments({"id": id, "on": on})) if may_see else []
    if not rows:
        raise NotFound("There is no organisation with this id, or it is not yours to see.")
    subject, membership_id, status, type_code, entitlements, seats, terms, decisions = rows[0]
    history = _TERMS.validate_python(terms)
    runs = _runs(history, decisions)
    current = next((run for run in reversed(runs) if run.starts_on <= on), None)
    member = status in MEMBER
    return Standing(
        organisation_id=id,
        merged_into=subject if subject != id else None,
        on=on,
        status=status or "none",
        member=member,
        membership_id=membership_id,
        type_code=type_code,
        entitlements=entitlements if member else [],
        seats=seats,
        since=current and current.starts_on,
        until=current and current.ends_on,
        terms=history,
        gaps=[Gap(starts_on=gap.starts_on, ends_on=gap.ends_on) for gap in gaps_between(runs)],
    )


def _runs(terms: list[StandingTerm], decisions: list[dict[str, Any]]) -> list[Run]:
    terms_of: dict[UUID, list[Run]] = defaultdict(list)
    for term in terms:
        terms_of[term.membership_id].append(Run(term.starts_on, term.ends_on))
    decided_on: dict[UUID, list[tuple[date, bool]]] = defaultdict(list)
    for one in decisions:
        effective_on = date.fromisoformat(one["effective_on"])
        decided_on[UUID(one["membership_id"])].append((effective_on, one["kind"] in ENDED))
    return runs_of(days for id, held in terms_of.items() for days in days_held(held, decided_on[id]))


@cache
def _statement() -> Statement:
    """The organisation that stands for the one asked for, its membership that counts most, all terms and decisions."""
    asked = select(OrganisationRow.id, OrganisationRow.merged_into).where(OrganisationRow.id == _ASKED)
    chain = asked.cte("chain", recursive=True)
    winner = aliased(OrganisationRow)
    chain = chain.union_all(select(winner.id, winner.merged_into).join(chain, winner.id == chain.c.merged_into))
    subject = select(chain.c.id).where(chain.c.merged_into.is_(None)).cte("subject")
    best = _best(subject.c.id)
    return Statement.of(
        select(
            subject.c.id,
            best.c.id,
            best.c.status,
            best.c.code,
            best.c.entitlements,
            best.c.seats,
            _all(MembershipTermRow, subject.c.id, "starts_on", "ends_on", "grace_until"),
            _all(MembershipDecisionRow, subject.c.id, "effective_on", "place", "kind"),
        ).select_from(subject.outerjoin(best, true()))
    )


def _best(organisation_id: Any) -> Any:
    """The membership that counts most: one that runs, else the one whose last term began last."""
    status = StatusOn.of(_ON)
    order = case((status.value == "active", 0), (status.value == "grace", 1), (status.value == "pending", 3), else_=2)
    query = select(
        MembershipRow.id,
        status.value.label("status"),
        MembershipTypeRow.code,
        MembershipTypeRow.entitlements,
        MembershipTypeRow.seats,
    ).join(MembershipTypeRow, MembershipTypeRow.id == MembershipRow.type_id)
    return (
        status.joined(query)
        .where(MembershipRow.organisation_id == organisation_id)
        .order_by(order, status.term.c.starts_on.desc().nulls_last(), MembershipRow.id.desc())
        .limit(1)
        .lateral("best")
    )


def _all(row: Any, organisation_id: Any, *columns: str) -> Any:
    """Every row of the organisation's memberships as a JSON array, in the order of the columns."""
    named = [part for name in ("id", "membership_id", *columns) for part in (name, getattr(row, name))]
    ordered = aggregate_order_by(func.jsonb_build_object(*named), *[getattr(row, name) for name in columns])
    return (
        select(func.coalesce(func.jsonb_agg(ordered), literal_column("'[]'::jsonb", JSONB)))
        .join(MembershipRow, MembershipRow.id == row.membership_id)
        .where(MembershipRow.organisation_id == organisation_id)
        .scalar_subquery()
    )
