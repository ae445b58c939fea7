"""kubectl, in process: argv in; text, errors and an exit code out. It reaches the cluster through a Client only."""
