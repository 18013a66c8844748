"""What members asks events: who comes with a registration. New ones are told by changes; this is for older ones."""

from sqlalchemy import select

from services.contracts.events.participants import ParticipantKnown, Participants, ParticipantsQuestion
from services.contracts.scopes import INTERNAL
from services.events.tables.registration import RegistrationRow
from services.kit.routing import Routes, WriteSession

routes = Routes("/internal", tag="Internal")


@routes.post("/participants", scope=INTERNAL, status=200, keyed=False, include_in_schema=False, response=Participants)
async def tell_participants(question: ParticipantsQuestion, session: WriteSession) -> Participants:
    """Tell who comes with these registrations."""
    of = RegistrationRow
    rows = await session.execute(
        select(of.id, of.person_id, of.version).where(of.id.in_(question.registration_ids)).order_by(of.id)
    )
    return Participants(
        items=[ParticipantKnown(registration_id=id, person_id=person, version=version) for id, person, version in rows]
    )
