"""Digests of files and of code, so that a change re-runs exactly the stages that it reaches.

Snakemake sees a script's own text, but neither the modules that it imports nor the packages that
are installed. A stage's digest covers its script, every module of this library that the script
imports (directly or not), and the data files that those modules name; the lock is a second one.
"""

from __future__ import annotations

import ast
import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path

LIBRARY = Path(__file__).resolve().parent


def file_digest(path: Path | str) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def _module_file(name: str) -> Path | None:
    """Return the file of a dotted module of this library, None when it is not one."""
    first, *rest = name.split(".")
    if first != LIBRARY.name:
        return None
    place = LIBRARY.joinpath(*rest)
    if (place / "__init__.py").is_file():
        return place / "__init__.py"
    module = place.with_suffix(".py")
    return module if rest and module.is_file() else None


def _names(node: ast.AST, package: str) -> Iterator[str]:
    """Yield every dotted name that an import statement could load, packages included."""
    if isinstance(node, ast.Import):
        roots = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*above, *([base] if base else [])])
        # `from retrial import tables`: the imported name may itself be a module.
        roots = [f"{base}.{alias.name}" for alias in node.names]
    else:
        return
    for root in roots:
        parts = root.split(".")
        yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))


@functools.cache
def _direct(path: Path) -> frozenset[Path]:
    """Return the library's modules that a file imports, and the data that its strings name."""
    package = ""
    if path.is_relative_to(LIBRARY):
        package = ".".join([LIBRARY.name, *path.parent.relative_to(LIBRARY).parts])
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        found.update(filter(None, map(_module_file, _names(node, package))))
        if package and isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.update(_data_files(path.parent, node.value))
    return frozenset(found)


def _data_files(folder: Path, text: str) -> list[Path]:
    """Return the data file, or the files of the data folder, that a string in a module names."""
    if not text or len(text) > 100 or text[0] in "./ " or "\n" in text or "\0" in text:
        return []
    named = folder / text
    files = [named] if named.is_file() else named.rglob("*") if named.is_dir() else []
    return [f for f in files if f.is_file() and f.suffix not in (".py", ".pyc")]


def code_files(*scripts: Path | str) -> list[Path]:
    """Return the scripts, and every file of this library that running them can load, sorted."""
    waiting = [Path(script).resolve() for script in scripts]
    reached = set()
    while waiting:
        path = waiting.pop()
        if path not in reached:
            reached.add(path)
            waiting.extend(_direct(path) if path.suffix == ".py" else [])
    return sorted(reached)


def code_digest(*scripts: Path | str) -> str:
    """Return one SHA-256 over the scripts and all that they import from this library.

    It does not depend on where the project lies, so that a moved project re-runs nothing.

    Raises:
        FileNotFoundError: If a script does not exist.
        SyntaxError: If a script or a module is not Python.
    """
    roots = [LIBRARY.parent, *(Path(script).resolve().parent for script in scripts)]
    total = hashlib.sha256()
    for path in code_files(*scripts):
        root = next(root for root in roots if path.is_relative_to(root))
        total.update(f"{path.relative_to(root).as_posix()}\0{file_digest(path)}\n".encode())
    return total.hexdigest()
