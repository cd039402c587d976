"""What tests of the demonstration start from: an empty database, and a folder, of their own."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from returnhome.management.demonstration import building
from tests.conftest import DATABASE, drop_database, make_database

NAME = f"{DATABASE}_demo"


@pytest.fixture(scope="module")
def empty_database(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[None]:
    """For the tests of one module, a database with the places and nobody in it."""
    before = connection.settings_dict["NAME"]
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setenv("RETURNHOME_DATA", str(tmp_path_factory.mktemp("demonstration")))
        connection.close()
        make_database(NAME, template=DATABASE)
        connection.settings_dict["NAME"] = NAME
        try:
            building.empty()
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before
    drop_database(NAME)
