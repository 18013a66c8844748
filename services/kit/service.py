"""A service described: its features, what it delivers, what it does with others' changes. One per `app.py`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from joserfc.jwk import KeySet

from services.kit.audit_log import audit_routes
from services.kit.auth import Authenticator, TokenAuthenticator
from services.kit.db import Database
from services.kit.delivery import Subscription
from services.kit.disclosure import PurposeKnown
from services.kit.feed import feed_routes
from services.kit.files import Files
from services.kit.http import Authorise, Peer
from services.kit.inbox import Handler, Inbox
from services.kit.jobs import Jobs, Task
from services.kit.paging import Cursors
from services.kit.reading import Resource
from services.kit.routing import Routes
from services.kit.runtime import Runtime
from services.kit.settings import Settings
from services.kit.turns import Turns


@dataclass(frozen=True, kw_only=True, eq=False)  # each is itself alone: what is made of one is kept by it (kit/app.py)
class Service:
    """What a process is made of."""

    name: str
    title: str
    description: str
    package: str
    """Where its `migrations` are: `services.members`."""
    features: Sequence[Routes]
    tasks: Sequence[Task[Any]] = ()
    inbox: Mapping[str, Handler] = field(default_factory=dict)
    """Type of another service's change → what is done."""
    subscriptions: Sequence[Subscription] = ()
    purpose_known: PurposeKnown | None = None
    """Which purposes sensitive fields may be read for, where the service keeps a list of them."""
    peers: Mapping[str, Callable[[str, str, Authorise], Peer]] = field(default_factory=dict)
    """Name of a service it asks → the client class."""

    def routes(self) -> list[Routes]:
        """All operations: the features', the feed, the audit log, and the inbox where there is one."""
        extra = [Inbox(self.inbox).routes()] if self.inbox else []
        return [*self.features, feed_routes(self.name), audit_routes(self.name), *extra]

    def with_custom_fields(self) -> list[Resource[Any]]:
        """The resources to which an administrator adds fields."""
        return [one for routes in self.features for one in routes.resources if one.custom is not None]

    def runtime(self, settings: Settings, authenticate: Authenticator | None = None) -> Runtime:
        """The parts of a process, not yet connected. Without `authenticate`, the gateway's tokens count."""
        database = Database(settings, name=self.name)
        authorise = Authorise(settings.gateway_url, self.name, settings.service_secret.get_secret_value())

        async def keys() -> KeySet:
            return KeySet.import_key_set(await authorise.keys())

        made: dict[str, Peer] = {}
        for name, make in self.peers.items():
            made[name] = make(name, settings.url_of(name), authorise)
        for subscription in self.subscriptions:
            if subscription.service not in made:
                made[subscription.service] = Peer(
                    subscription.service, settings.url_of(subscription.service), authorise
                )
        tasks = [*self.tasks, *([Inbox(self.inbox).apply] if self.inbox else [])]
        return Runtime(
            name=self.name,
            settings=settings,
            database=database,
            cursors=Cursors(settings.cursor_secret.get_secret_value()),
            authenticate=authenticate or TokenAuthenticator(keys),
            authorise=authorise,
            jobs=Jobs(database, tasks),
            turns=Turns(patience=settings.write_wait_seconds),
            files=Files(settings.files_url, self.name),
            purpose_known=self.purpose_known,
            peers=made,
        )
