"""PostgreSQL: asyncpg's connections in a pool of Trimaran's own."""
