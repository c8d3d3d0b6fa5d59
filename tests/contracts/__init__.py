"""What each port promises, asked of the fake and of the adapter in the same words."""
