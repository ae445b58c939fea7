"""A small discrete-event kernel: a virtual clock, tasks driven by hand, random draws by lineage; knows no Kubernetes."""
