"""A server that is gone without a word is noticed by the connection itself."""

from __future__ import annotations

from tests.care.conftest import ON_POSTGRESQL


@ON_POSTGRESQL
def test_a_connection_asks_the_server_for_a_sign_of_life_every_few_seconds(store):
    with store.engine.connect() as connection:
        said = connection.connection.driver_connection.info.get_parameters()
    assert {name: said.get(name) for name in ("keepalives_idle", "keepalives_interval", "keepalives_count")} == {
        "keepalives_idle": "5",
        "keepalives_interval": "3",
        "keepalives_count": "3",
    }
    assert said["tcp_user_timeout"] == "15000"
