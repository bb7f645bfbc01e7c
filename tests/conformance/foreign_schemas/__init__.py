"""Databases that others made."""
