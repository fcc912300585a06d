"""Letters, and the post office that hands them over."""
