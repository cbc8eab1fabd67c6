"""Digests of files and of code, so that a change re-runs exactly the stages that it reaches.

Snakemake sees a script's own text, but neither the modules that it imports nor the packages that
are installed. A stage's digest covers its script, every module of this library that the script
imports (directly or not), and the data files that those modules name; the lock is a second one.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from retrial.files import write_text

LIBRARY = Path(__file__).resolve().parents[1]
MEMORY = Path(".snakemake/code.json")  # from the working directory; parsing takes a second
FORM = 1  # of what is remembered


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


@dataclass(frozen=True)
class _Facts:
    """What the digest of a stage needs of one Python file."""

    code: str  # digest of the code without comments and docstrings
    names: tuple[str, ...]  # every dotted name that its imports could load
    strings: tuple[str, ...]  # strings that may name a data file


@functools.cache
def _facts(path: Path) -> _Facts:
    """Return the facts of a Python file; parsed once, whatever run asks, while its bytes stay."""
    package = ""
    if path.is_relative_to(LIBRARY):
        package = ".".join([LIBRARY.name, *path.parent.relative_to(LIBRARY).parts])
    key = f"{package}:{file_digest(path)}"
    known = _remembered()
    if key not in known:
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        names, strings = set(), set()
        for node in ast.walk(tree):
            names.update(_names(node, package))
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                strings.add(node.value)
        code = hashlib.sha256(ast.dump(_without_docstrings(tree)).encode()).hexdigest()
        named = sorted(text for text in strings if package and _may_name_data(text))
        known[key] = {"code": code, "names": sorted(names), "strings": named}
        _FRESH.append(key)
    found = known[key]
    return _Facts(found["code"], tuple(found["names"]), tuple(found["strings"]))


_FRESH: list[str] = []  # keys of what was parsed in this process


@functools.cache
def _remembered() -> dict[str, dict]:
    """Return what earlier runs in this folder have parsed, by package and digest."""
    try:
        found = json.loads(MEMORY.read_text(encoding="utf-8"))
        same = found["python"] == sys.version and found["form"] == FORM
        files = found["files"].items() if same else ()
        return {key: facts for key, facts in files if set(facts) == {"code", "names", "strings"}}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _remember() -> None:
    """Keep what was parsed, for the jobs of this run and for later runs; not where none runs."""
    if not _FRESH or not MEMORY.parent.is_dir():
        return
    _FRESH.clear()
    text = json.dumps({"python": sys.version, "form": FORM, "files": _remembered()})
    with contextlib.suppress(OSError):  # a disk that is full or read-only is reported elsewhere
        write_text(MEMORY, text)


def _without_docstrings(tree: ast.AST) -> ast.AST:
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, kinds) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return tree


@functools.cache
def _direct(path: Path) -> frozenset[Path]:
    """Return the library's modules that a file imports, and the data that its strings name."""
    facts = _facts(path)
    found = set(filter(None, map(_module_file, facts.names)))
    for text in facts.strings:
        found.update(_data_files(path.parent, text))
    return frozenset(found)


def _may_name_data(text: str) -> bool:
    return bool(text) and len(text) <= 100 and text[0] not in "./ " and not set(text) & set("\n\0")


def _data_files(folder: Path, text: str) -> list[Path]:
    """Return the data file, or the files of the data folder, that a string in a module names."""
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

    A comment or a docstring changes nothing. It does not depend on where the project lies, so that
    a moved project re-runs nothing.

    Raises:
        FileNotFoundError: If a script does not exist.
        SyntaxError: If a script or a module is not Python.
    """
    roots = [LIBRARY.parent, *(Path(script).resolve().parent for script in scripts)]
    total = hashlib.sha256()
    for path in code_files(*scripts):
        root = next(root for root in roots if path.is_relative_to(root))
        # The comments of a notebook are its text.
        code = path.suffix == ".py" and path.is_relative_to(LIBRARY.parent)
        content = _facts(path).code if code else file_digest(path)
        total.update(f"{path.relative_to(root).as_posix()}\0{content}\n".encode())
    _remember()
    return total.hexdigest()
