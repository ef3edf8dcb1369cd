"""Injection-recovery: known movements planted into real footage, and what the engine finds of them.

`plan` says what is planted where; `copies` makes one copy and analyses it; `score` compares planted
with found; `summing` sums up; `campaign` runs all of it.
"""
