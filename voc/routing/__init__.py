"""Routing: rules, the decision for each ticket, and a dry run that says how far to trust them."""
