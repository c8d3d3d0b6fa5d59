"""The public door, over real HTTP."""
