"""Conversations with the real servers; they run in the assistant's own environment."""
