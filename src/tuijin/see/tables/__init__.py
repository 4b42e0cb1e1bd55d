"""报表: tables laid out once that fill themselves for any date, each figure with its entry."""
