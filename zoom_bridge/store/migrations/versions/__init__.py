"""One file for each step of the schema, in order; the number is the revision."""
