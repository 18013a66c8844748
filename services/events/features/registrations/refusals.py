"""Why a registration is refused."""

from services.kit.errors import Conflict, NotFound


class NoSuchAdmissionType(NotFound):
    """There is no such admission type.

    `GET /v1/admission-types?event_id=…` lists those of an event that you may see.
    """


class NoSuchOrganisation(NotFound):
    """There is no such organisation.

    Members knows no organisation with the given id, or it was deleted.
    """


class OrganisationMerged(Conflict):
    """The organisation was merged into another.

    Register for the organisation named in `detail`.
    """


class RegistrationClosed(Conflict):
    """The event takes no registrations.

    It is not published, or its registration window is not open; the detail says which.
    """


class MembersOnly(Conflict):
    """The admission type is for members.

    Name an organisation that is a member on the day of the event, or choose another admission type.
    """


class AlreadyRegistered(Conflict):
    """The participant's e-mail address has a place or waits for one at this event.

    Change that registration, or cancel it first.
    """


class AlreadyCancelled(Conflict):
    """The registration is cancelled.

    Make a new one.
    """


class AlreadyLetIn(Conflict):
    """The participant was let in.

    Undo the check-in first: `DELETE /v1/check-ins/{id}`.
    """


class NoPlaceYet(Conflict):
    """The registration has no place.

    It waits for one or is cancelled; only a confirmed one has a code for the door.
    """
