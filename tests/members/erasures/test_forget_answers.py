"""Answers kept for repeated requests: those that tell of somebody are found among however many there are."""

from uuid import uuid4

from sqlalchemy import text

from services.kit.subjects import forget_answers
from tests.wire.api import Api

_KEPT = 2_000
_BODY = 30_000


async def test_they_are_found_among_very_many_without_a_long_statement(members: Api) -> None:
    gone, other = [uuid4() for _ in range(50)], uuid4()
    fill = text(
        """
        INSERT INTO idempotency (subject, route, key, fingerprint, status, headers, body, at)
        SELECT 'user:one', 'POST /v1/persons', 'k' || n, '', 201, '{}',
            convert_to(repeat('北京 \\ "', :length / 11) || told.id, 'UTF8'),
            now() - (:kept - n) / 2 * interval '1 second'
        FROM generate_series(1, :kept) AS n
        CROSS JOIN LATERAL (SELECT CASE n WHEN 1 THEN :first WHEN 1000 THEN :last WHEN :kept THEN :first ELSE :other END
            AS id) AS told
        """
    )
    values = {"kept": _KEPT, "length": _BODY, "first": str(gone[0]), "last": str(gone[-1]), "other": str(other)}
    async with members.runtime.database.transaction() as session:
        await session.execute(fill, values)
    async with members.runtime.database.transaction() as session:
        await session.execute(text("SET LOCAL statement_timeout = '1s'"))
        assert await forget_answers(session, gone) == 3
        kept = await session.scalars(text("SELECT key FROM idempotency WHERE subject = 'user:one'"))
        assert set(kept) == {f"k{n}" for n in range(1, _KEPT + 1)} - {"k1", "k1000", f"k{_KEPT}"}
        assert await forget_answers(session, gone) == 0
        assert await forget_answers(session, [other]) == _KEPT - 3


async def test_what_is_no_text_is_looked_through_as_well(members: Api) -> None:
    gone = uuid4()
    async with members.runtime.database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO idempotency (subject, route, key, fingerprint, status, headers, body, at) "
                "VALUES ('user:two', 'POST /v1/persons', 'k', '', 201, '{}', :body, now())"
            ),
            {"body": b"\x00\xff\\" + str(gone).encode() + b"\xfe"},
        )
        assert await forget_answers(session, [uuid4()]) == 0
        assert await forget_answers(session, [gone]) == 1
        assert await forget_answers(session, [gone]) == 0
