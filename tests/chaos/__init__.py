"""Nights in which everything goes wrong at once, told from a seed: the same seed tells the same night again."""
