"""A stage's digest: it covers what the stage can load, all of it and nothing else."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from retrial.run import digests
from retrial.run.digests import LIBRARY, code_digest, code_files

SCRIPTS = LIBRARY.parent


def modules(script):
    return {path.relative_to(SCRIPTS).as_posix() for path in code_files(SCRIPTS / f"{script}.py")}


def test_collect_is_reached_by_what_it_imports_and_by_nothing_else():
    found = modules("collect")
    assert {
        "collect.py",
        "retrial/__init__.py",
        "retrial/stages/collect.py",
        "retrial/study/models.py",
    } <= found
    assert {"retrial/stats/bounds.py", "retrial/tables.py", "retrial/run/log.py"} <= found
    assert (
        not {
            "retrial/stages/judge/__init__.py",
            "retrial/stages/retest/__init__.py",
            "retrial/run/compare.py",
        }
        & found
    )


def test_provenance_does_not_depend_on_the_statistics():
    assert not any("significance" in name for name in modules("provenance"))


@pytest.mark.parametrize("script", ["audit", "collect", "retest", "judge", "compare"])
def test_digest_covers_every_module_that_the_script_really_loads(script):
    """Python itself is the witness: what it has loaded must be among the files of the digest."""
    imports = "".join(
        line + "\n"
        for line in (SCRIPTS / f"{script}.py").read_text(encoding="utf-8").splitlines()
        if line.startswith(("import ", "from "))
    )
    tell = (
        f"import sys; sys.path.insert(0, {str(SCRIPTS)!r})\n{imports}"
        "loaded = (m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'retrial')\n"
        "print(*loaded, sep='\\n')"
    )
    run = subprocess.run([sys.executable, "-c", tell], capture_output=True, text=True, check=True)
    loaded = {Path(name).resolve() for name in run.stdout.splitlines()}
    assert loaded <= set(code_files(SCRIPTS / f"{script}.py"))


@pytest.fixture
def library(tmp_path, monkeypatch):
    """A small library of its own, in place of the real one."""
    package = tmp_path / "retrial"
    (package / "deep").mkdir(parents=True)
    (package / "texts").mkdir()
    files = {
        "__init__.py": "",
        "a.py": "from retrial.b import x\n",
        "b.py": "from retrial import c\n",
        "c.py": "def late():\n    from .deep import d\n",
        "deep/__init__.py": "",
        "deep/d.py": 'from ..e import z\nPAGE = "page.txt"\n',
        "deep/page.txt": "a page",
        "e.py": 'FOLDER = "texts"\n',
        "texts/one.txt": "one",
        "alone.py": "",
        "../script.py": "import retrial.a\n",
    }
    for name, text in files.items():
        (package / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(digests, "LIBRARY", package.resolve())
    monkeypatch.setattr(digests, "MEMORY", tmp_path / "memory/code.json")
    forget()
    yield package.resolve()
    forget()


def forget():
    """Begin as another process does."""
    for cached in (digests._direct, digests._facts, digests._remembered):
        cached.cache_clear()


def test_imports_are_followed_through_every_form(library):
    found = {p.relative_to(library.parent).as_posix() for p in code_files(library / "../script.py")}
    assert found == {
        "script.py",
        *(f"retrial/{name}.py" for name in ("__init__", "a", "b", "c", "e", "deep/__init__")),
        "retrial/deep/d.py",
        "retrial/deep/page.txt",
        "retrial/texts/one.txt",
    }


@pytest.mark.parametrize(
    "changed", ["../script.py", "b.py", "deep/d.py", "deep/page.txt", "texts/one.txt"]
)
def test_a_change_of_anything_reached_changes_the_digest(library, changed):
    before = code_digest(library / "../script.py")
    with (library / changed).open("a", encoding="utf-8") as file:
        file.write("\nREMARK = 1\n")
    forget()
    assert code_digest(library / "../script.py") != before


def test_a_change_of_anything_else_does_not(library):
    before = code_digest(library / "../script.py")
    (library / "alone.py").write_text("# changed\n", encoding="utf-8")
    assert code_digest(library / "../script.py") == before


def test_a_moved_project_has_the_same_digests(library, tmp_path, monkeypatch):
    before = code_digest(library / "../script.py")
    moved = tmp_path / "else where"
    moved.mkdir()
    shutil.copytree(library, moved / "retrial")
    shutil.copy(library.parent / "script.py", moved)
    monkeypatch.setattr(digests, "LIBRARY", (moved / "retrial").resolve())
    assert code_digest(moved / "script.py") == before


def test_comments_and_docstrings_change_nothing_and_code_does(library):
    script = library / "../script.py"
    before = code_digest(script)
    for text, same in (
        ("# why\nfrom retrial.e import z\n", False),
        ('"""What it does."""\n\nfrom retrial.e import z  # why\n', True),
        ("from retrial.e import z\n\n\ndef f():\n    return 1\n", False),
        ('from retrial.e import z\n\n\ndef f():\n    """Say one."""\n    return 1\n', True),
        ("from retrial.e import z\n\n\ndef f():\n    return '1'\n", False),
    ):
        (library / "c.py").write_text(text, encoding="utf-8")
        forget()
        after = code_digest(script)
        assert (after == before) is same, text
        before = after


def test_what_was_parsed_is_remembered_and_a_broken_memory_is_not_believed(library, monkeypatch):
    digests.MEMORY.parent.mkdir()
    script = library / "../script.py"
    before = code_digest(script)
    assert digests.MEMORY.is_file()
    forget()
    with monkeypatch.context() as patched:
        patched.setattr(digests.ast, "parse", lambda *_: pytest.fail("parsed again"))
        assert code_digest(script) == before
    known = json.loads(digests.MEMORY.read_text(encoding="utf-8"))
    others = json.dumps(known | {"files": dict.fromkeys(known["files"], 3)})
    for broken in ("", "{", "[]", '{"python": "2.7", "form": 1, "files": {}}', others):
        digests.MEMORY.write_text(broken, encoding="utf-8")
        forget()
        assert code_digest(script) == before
