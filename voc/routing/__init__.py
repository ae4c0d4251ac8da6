"""Routing queued tickets by intent: rules, router and simulation."""
