"""Run folders, the vector cache and what stays on this machine."""
