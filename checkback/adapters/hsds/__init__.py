"""Reads directories of help as the world has them: HSDS of every generation, tables or JSON, and mapped CSV."""
