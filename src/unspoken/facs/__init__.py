"""Tables and linear algebra of facial action coding; no pixels."""
