"""The rules of the house: what holds for every file, whatever it does."""
