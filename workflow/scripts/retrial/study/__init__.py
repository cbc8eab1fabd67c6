"""What a person types about one trial: a model of each file, and templates to begin with."""
