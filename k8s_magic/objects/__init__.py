"""Pure functions on plain dicts: reading, editing by path copy, selectors, quantities, patches, times."""
