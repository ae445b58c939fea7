"""The kernelspec "Kubernetes (k8s_magic)": an IPython kernel with the extension already loaded, for demos without a first cell.

The chapters do not need it: they use python3 and `%load_ext k8s_magic`, which works everywhere.
"""
