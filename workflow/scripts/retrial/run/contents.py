"""Digests of what a person typed, so that an edit re-runs exactly the stages that use it.

A comment, blank lines and the layout of YAML never count. Words that a stage does not use (a quote
of a claim, a note) are left out of the digest that its rule carries.
"""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path

import yaml

from retrial.run.digests import file_digest

# The keys of a study's YAML files that are words for the reader of the report.
WORDS = ("quote", "statement", "note")
# In C where PyYAML was built so: 15 times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@functools.cache
def typed_digest(path: Path, without: tuple[str, ...] = ()) -> str:
    """Return a digest of a typed file; of YAML without comments and the keys `without`.

    A file that is no YAML, or whose YAML cannot be read, counts by its bytes.

    Raises:
        FileNotFoundError: If there is no such file.
    """
    if path.suffix not in (".yaml", ".yml"):
        return file_digest(path)
    try:
        node = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=_LOADER)
        content = json.dumps(_plain(node, without))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return file_digest(path)
    return hashlib.sha256(content.encode()).hexdigest()


def _plain(node: yaml.Node | None, without: tuple[str, ...]) -> object:
    """Return a YAML node as lists; a scalar with whether it is typed in quotation marks."""
    if node is None:
        return None
    if isinstance(node, yaml.ScalarNode):
        return [node.value, not node.style]
    if isinstance(node, yaml.SequenceNode):
        return ["list", *(_plain(one, without) for one in node.value)]
    return {
        "map": [
            [_plain(key, without), _plain(value, without)]
            for key, value in node.value
            if not (isinstance(key, yaml.ScalarNode) and key.value in without)
        ]
    }


def params_digest(params: list) -> str:
    """Return a digest of a rule's params, in their order."""
    return hashlib.sha256(json.dumps(params, default=str).encode()).hexdigest()[:16]
