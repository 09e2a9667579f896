"""A database with prices in it."""

from collections.abc import Iterator

import psycopg
import pytest

from shared_code.quotations import catalogue
from shared_code.sql import pool
from tests.sql.price_list import SAMPLE


@pytest.fixture
def priced(database: str) -> Iterator[pool.Db]:
    """The owner's transaction on a database with the sample catalogue; all of it is undone in the end."""
    with psycopg.connect(database) as connection, connection.transaction(force_rollback=True):
        pool.prepare(connection)
        catalogue.load(connection, catalogue.read(SAMPLE.read_bytes()))
        yield connection
