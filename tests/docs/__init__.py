"""What the pages for people say is true of the code."""
