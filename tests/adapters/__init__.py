"""Each port's promise, kept by its adapter against a server on this machine."""
