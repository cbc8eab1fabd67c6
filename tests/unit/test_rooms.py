"""Imports between the library's rooms go one way: a lower room knows nothing of a higher one."""

import ast
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"
# From the bottom up. A room imports from itself and from those before it.
ORDER = (
    "errors files axes registry tables plainyaml vocabulary study wording stats figures trial "
    "comparisons stages validation report run"
).split()
# What outside code imports: the functions of one room under a name of their own.
ENTRIES = {
    "groups": "stats",
    "bounds": "stats",
    "significance": "stats",
    "longitudinal": "stats",
    "pseudo": "stats",
    "digitize": "figures",
}


def room_of(module):
    return [*module.split("."), ""][1]


def imports():
    """Every (room, module of this library that it imports, file)."""
    for path in sorted((SCRIPTS / "retrial").rglob("*.py")):
        room = room_of(".".join(path.relative_to(SCRIPTS).with_suffix("").parts))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = []
            if isinstance(node, ast.ImportFrom) and node.module:
                # `from retrial import tables` imports a room of its own.
                whole = node.module == "retrial"
                modules = [f"retrial.{a.name}" for a in node.names] if whole else [node.module]
            elif isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            for module in modules:
                if module.split(".")[0] == "retrial":
                    yield room, module, path.relative_to(SCRIPTS).as_posix()


def test_no_import_runs_back_up():
    up = [
        (file, module)
        for room, module, file in imports()
        if room in ORDER and ORDER.index(room_of(module)) > ORDER.index(room)
    ]
    assert up == []
    assert {room for room, _, _ in imports()} <= {*ORDER, *ENTRIES, "__init__"}


def test_statistics_know_no_study():
    known = {room_of(module) for room, module, _ in imports() if room == "stats"}
    assert known == {"stats"}


@pytest.mark.parametrize(("entry", "room"), ENTRIES.items())
def test_what_outside_code_imports_comes_from_one_room(entry, room):
    assert {room_of(module) for own, module, _ in imports() if own == entry} == {room}


def test_the_functions_that_outside_code_relies_on_are_there():
    from retrial.bounds import max_sd
    from retrial.digitize import read_project
    from retrial.groups import add_members, change_sd, combine_groups, remove_members, sd_from_error
    from retrial.longitudinal import mixed_anova_from_moments
    from retrial.pseudo import draw
    from retrial.significance import compare_counts, compare_means, paired_from_summary

    there = (
        max_sd, read_project, add_members, change_sd, combine_groups, remove_members, sd_from_error,
        mixed_anova_from_moments, draw, compare_counts, compare_means, paired_from_summary,
    )  # fmt: skip
    assert all(function.__doc__ for function in there)
