"""Each process's role reaches its own database and no other."""

import psycopg
import pytest

from deploy.local.settings import GROUPS
from tests.journeys.alliance import database
from tests.wire.stack import Stack


@pytest.mark.parametrize("role", GROUPS)
async def test_a_role_cannot_read_another_s_database(stack: Stack, role: str) -> None:
    url = database(stack, role)
    for name in (*GROUPS, "postgres", "template1"):
        if name == role:
            with psycopg.connect(url) as connection:
                assert connection.execute("SELECT count(*) FROM change").fetchone()
        else:
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(url, dbname=name)
