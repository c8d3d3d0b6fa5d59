"""What we know, how we decide, what we do: the heart of Checkback, with no vendor and no network in it."""
