"""kustomize: a folder's kustomization.yaml, the manifests that it names, and what it changes in them. Models sigs.k8s.io/kustomize v5.

`build` reads the folder and those below it (`resources`, `components`), generates ConfigMaps and Secrets, then changes all in
kustomize's order: patches, namespace, names, labels, annotations, replicas, images, replacements. At the end generated objects
get the hash of their content behind their names, and whoever names a renamed object names it by its new name.
Not modelled: Helm charts, plugins (generators, transformers, validators), vars, crds, configurations, openapi, sortOptions,
resources from the network; a tagSuffix comes once here, and twice in most kinds there.
"""

from __future__ import annotations

from k8s_magic.kubectl.kustomize.target import build

__all__ = ["build"]
