"""Matinee, a film shop: the example application of Trimaran."""
