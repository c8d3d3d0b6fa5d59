"""Whole stories, told with phones."""
