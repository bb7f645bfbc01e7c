"""Atlas: a large API in memory, which uses every feature of the typed HTTP layer."""
