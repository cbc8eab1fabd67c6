"""Statistics from printed summaries and counts: numbers and arrays in, numbers and arrays out."""
