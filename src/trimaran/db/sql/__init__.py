"""Tables, expressions and look-ups as plain descriptions, and the SQL of them.

Nothing here talks to a database, and SQLAlchemy is imported only by ``compiler`` and ``metadata``,
which are themselves imported when the first statement is compiled.
"""
