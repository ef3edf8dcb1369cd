"""Clips in which nobody can be recognised."""
