"""What is kept from one day to the next: the database and its migrations."""
