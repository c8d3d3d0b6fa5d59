"""Settings, logs, and which adapter stands behind which port; what every door is built from."""
