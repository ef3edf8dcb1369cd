"""The web part: pages, their static files, and the application that serves them."""
