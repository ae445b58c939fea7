"""YAML as kubectl reads and writes it: the dialect of sigs.k8s.io/yaml (go-yaml v2 with a detour through JSON).

Reading: a file is split into documents at lines that begin with `---`, then each is parsed; scalars are typed by
go-yaml's rules (`y` is true, `12:30` is text, `0o17` is 15) and come out as JSON would have them (`1.0` is 1).
Writing: keys in go-yaml's natural order, strings quoted where go-yaml quotes them.
Not modelled: anchors that are defined twice (refused here, the later wins there), the exact text of some JSON syntax errors.
"""

from __future__ import annotations

from k8s_magic.kubectl.yamls.reading import YamlError, documents, load, load_all
from k8s_magic.kubectl.yamls.scalars import go_float, json_float, number_text, resolve
from k8s_magic.kubectl.yamls.writing import dump, natural_order

__all__ = ["YamlError", "documents", "dump", "go_float", "json_float", "load", "load_all", "natural_order", "number_text", "resolve"]
