"""What is laid out for operators holds together: files parse, and what they name exists."""
