"""What stands behind the ports: the carrier, the assistant, the screen, the clock. Only these name a vendor."""
