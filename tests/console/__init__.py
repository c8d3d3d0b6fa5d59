"""The staff's door, over real HTTP and in a real browser."""
