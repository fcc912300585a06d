"""What is printed: certificates and the result of an event, as tagged PDF."""
