"""What is done inside somebody's unit of work: each step changes what it names and leaves its audit row."""
