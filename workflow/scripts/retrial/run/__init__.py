"""Running the workflow: command line, configuration, digests, logs, and what earlier runs left."""
