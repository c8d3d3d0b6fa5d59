"""Settings, logs, health, and the way in."""
