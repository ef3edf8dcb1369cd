"""How a face moves: crops, templates, action-unit evidence with standard errors."""
