"""Tests mirror the house; `journeys` are whole stories, `conversations` run in the assistant's environment."""
