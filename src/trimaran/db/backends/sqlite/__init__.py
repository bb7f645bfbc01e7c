"""SQLite: the standard library's driver on threads that answer in batches."""
