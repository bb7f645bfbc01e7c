"""MariaDB: asyncmy's connections in Trimaran's pool."""
