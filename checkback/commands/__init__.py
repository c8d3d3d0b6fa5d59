"""The parts of the `checkback` command that have a family of commands of their own, one module each."""
