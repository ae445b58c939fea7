"""The verbs of kubectl, a file (or a folder, for one with subcommands) a verb; the folder is the registry."""
