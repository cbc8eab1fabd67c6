"""Trials whose patients are known, figures drawn from them, and the clicks of a person on these."""
