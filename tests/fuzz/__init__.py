"""Noise for every parser that meets the outside."""
