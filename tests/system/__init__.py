"""The house as it runs: real processes on free ports, told and watched from outside."""
