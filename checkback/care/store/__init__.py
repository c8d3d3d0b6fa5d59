"""What is kept and how it is found: the database, units of work, and every query there is."""

from checkback.care.store.database import SYSTEM, Store, Transaction

__all__ = ["SYSTEM", "Store", "Transaction"]
