"""Journeys happen in a house that is put back each time, as the stories of care do."""

from tests.care.conftest import clock, database_url, furnished, home, homes, house, keyring, points, store

__all__ = ["clock", "database_url", "furnished", "home", "homes", "house", "keyring", "points", "store"]
