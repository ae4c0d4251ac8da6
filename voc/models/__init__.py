"""Encoder, sentiment, intent and topics: the only rooms where heavy libraries may be imported."""
