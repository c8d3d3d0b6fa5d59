"""Checkback keeps the promise "we'll come back and check on you in a couple of days" by SMS."""
