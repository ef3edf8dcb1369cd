"""The academy: drills, tests and what is learned from them. No web, no pixels."""
