"""Long-running use: a watched folder, an HTTP service, and signed webhooks that survive restarts."""
