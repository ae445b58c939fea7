"""The cluster over HTTP: for real kubectl, helm and client libraries, on this machine only."""
