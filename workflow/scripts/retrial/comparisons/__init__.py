"""Which printed numbers an analysis compares: rows, populations, calculations and support."""
