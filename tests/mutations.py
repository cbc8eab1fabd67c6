"""Study folders broken at random, from a seed: what people mistype, misplace and leave out.

A mutation either writes something odd, or something plausible (another arm, visit, method, number
of the same file), which validation may accept. What it accepts must run.
"""

from __future__ import annotations

import csv
import io
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from few_claims import keep_claims, write_yaml
from retrial import plainyaml

STUDIES = Path(__file__).resolve().parents[1] / "resources/studies"
SEEDS = ("hu2013", "btheb")
YAML_FILES = ("study.yaml", "claims.yaml", "constraints.yaml", "figures/figures.yaml")
CSV_FILES = ("reported.csv", "counts.csv", "truth.csv")
CLAIMS_KEPT = 6

ODD_VALUES = (
    None, True, False, 0, 1, -1, 2, 15, 0.5, -0.5, 1e6, 1e13, 10**20, "", " ", "x", "20", "no",
    "treated", "none", "ns", "p<0.05", "p<0", [], {}, [None], [[]], [1, 2], ["a", "a"], {"a": 1},
    [{}], "é" * 50, "x" * 5000, "two\nlines", "=1+1", "<b>", "$x$", "\u202e", "fisher", "paired_t",
)  # fmt: skip
ODD_TEXT = (
    "036", "1:30", "no", "yes", "0x1E", '"20"', "3_0", "1e3", ".nan", "-.inf", "!!int 3", "&a 1",
    "*a", "[", "]", "{", "1,5", "~", "2013-05-01", "|", "- x", "+5", "1.", ".5", "-0", "'",
)  # fmt: skip
ODD_CELLS = (
    "", " ", "0", "-1", "1", "036", "1e3", "1,5", "0.05", "99", "1000000", "abc", "NA", "nan",
    "inf", "−1.5", "x;y", "=1+1",
    '"', "a\nb", "yes", "no", "none", "sem", "sd", "ci95", "iqr", "mean",
    "p", "median", "proportion", "<", "treated", "control", "x" * 2000, "٣", "1.", ".5", "1.50",
)  # fmt: skip


def mutated(case: int, target: Path) -> str:
    """Write the study folder of a case to `target` (its parent is made); return what was done."""
    rng = random.Random(f"retrial-{case}")
    study = rng.choice(SEEDS)
    shutil.copytree(STUDIES / study, target, ignore=shutil.ignore_patterns("expected", "*.py"))
    done = [f"{study}, case {case}"]
    _keep_some_claims(target, rng)
    if rng.random() < 0.7:
        _simulate(target)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        change = rng.choices([c for c, _ in CHANGES], [weight for _, weight in CHANGES])[0]
        done.append(f"{change.__name__}: {change(target, rng)}")
    return "; ".join(done)


def study_of(case: int) -> str:
    """Return the study that a case starts from: the name that its folder must have."""
    return random.Random(f"retrial-{case}").choice(SEEDS)


def _keep_some_claims(folder: Path, rng: random.Random) -> None:
    """Leave a few claims: a case is quick, and what refers to the others is taken out too."""
    claims = plainyaml.load(folder / "claims.yaml")["claims"]
    keep_claims(folder, rng.sample(claims, min(CLAIMS_KEPT, len(claims))))


def _simulate(folder: Path) -> None:
    """Call the study simulated: then a changed number need not be in its quote."""
    path = folder / "study.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("simulated: false", "simulated: true"), encoding="utf-8")


def _places(data: object, path: tuple = ()) -> list[tuple]:
    """Return the path of every value below the top."""
    items = data.items() if isinstance(data, dict) else enumerate(data)
    found = []
    for key, value in items:
        found.append((*path, key))
        if isinstance(value, dict | list):
            found += _places(value, (*path, key))
    return found


def _at(data: object, path: tuple) -> object:
    for step in path:
        data = data[step]
    return data


def _in_yaml(folder: Path, rng: random.Random, change: Callable[[object, tuple], str]) -> str:
    file = rng.choice(YAML_FILES)
    try:
        data = plainyaml.load(folder / file)
        places = _places(data)
    except Exception:  # broken or removed by an earlier mutation
        return "nothing"
    if not places:
        return "nothing"
    path = rng.choice(places)
    told = change(data, path)
    write_yaml(folder / file, data)
    return f"{file} {plainyaml_path(path)}: {told}"


def plainyaml_path(path: tuple) -> str:
    """Return a path in one word."""
    return ".".join(map(str, path))


def odd_value(folder: Path, rng: random.Random) -> str:
    def change(data, path):
        value = rng.choice(ODD_VALUES)
        _at(data, path[:-1])[path[-1]] = value
        return repr(value)[:40]

    return _in_yaml(folder, rng, change)


def plausible_value(folder: Path, rng: random.Random) -> str:
    """Write a value that the same key has elsewhere in the file, or a number near by."""

    def change(data, path):
        key = next((step for step in reversed(path) if isinstance(step, str)), None)
        old = _at(data, path)
        others = [
            _at(data, p)
            for p in _places(data)
            if next((s for s in reversed(p) if isinstance(s, str)), None) == key
            and type(_at(data, p)) is type(old)
        ]
        value = rng.choice(others)
        if isinstance(old, int | float) and not isinstance(old, bool):
            value = rng.choice([value, old + 1, old - 1, old * 2, old / 2, 0])
        _at(data, path[:-1])[path[-1]] = value
        return repr(value)[:60]

    return _in_yaml(folder, rng, change)


def without_brackets(folder: Path, rng: random.Random) -> str:
    def change(data, path):
        lists = [p for p in _places(data) if isinstance(_at(data, p), list) and _at(data, p)]
        where = rng.choice(lists or [path])
        if not lists:
            return "nothing"
        _at(data, where[:-1])[where[-1]] = _at(data, where)[0]
        return plainyaml_path(where)

    return _in_yaml(folder, rng, change)


def in_brackets(folder: Path, rng: random.Random) -> str:
    def change(data, path):
        _at(data, path[:-1])[path[-1]] = [_at(data, path)]
        return "in brackets"

    return _in_yaml(folder, rng, change)


def no_key(folder: Path, rng: random.Random) -> str:
    def change(data, path):
        del _at(data, path[:-1])[path[-1]]
        return "removed"

    return _in_yaml(folder, rng, change)


def other_key(folder: Path, rng: random.Random) -> str:
    def change(data, path):
        block = _at(data, path[:-1])
        if isinstance(block, dict):
            name = rng.choice([f"{path[-1]}s", path[-1][:-1], path[-1].upper(), "note", "id", "n"])
            block[name] = block.pop(path[-1])
            return name
        block.append(block[path[-1]])
        return "twice"

    return _in_yaml(folder, rng, change)


def swapped(folder: Path, rng: random.Random) -> str:
    def change(data, path):
        siblings = _at(data, path[:-1])
        keys = list(siblings) if isinstance(siblings, dict) else list(range(len(siblings)))
        other = rng.choice(keys)
        siblings[path[-1]], siblings[other] = siblings[other], siblings[path[-1]]
        return f"and {other}"

    return _in_yaml(folder, rng, change)


def odd_text(folder: Path, rng: random.Random) -> str:
    """Change the text of a YAML file itself: a value, an indentation, a line."""
    path = folder / rng.choice(YAML_FILES)
    if not path.is_file():
        return "nothing"
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    place = rng.randrange(len(lines))
    line = lines[place]
    kind = rng.randrange(5)
    if kind == 0 and ": " in line:
        lines[place] = line.partition(": ")[0] + ": " + rng.choice(ODD_TEXT)
    elif kind == 1:
        del lines[place]
    elif kind == 2:
        lines.insert(place, line)
    elif kind == 3:
        lines[place] = rng.choice([" ", "  ", "\t", "- ", "#"]) + line
    else:
        at = rng.randrange(len(line) + 1)
        lines[place] = line[:at] + rng.choice("[]{}:,\"'#&*!|>%@`-? ") + line[at:]
    path.write_text("\n".join(lines), encoding="utf-8")
    return f"{path.name} line {place + 1}: {lines[place : place + 1]}"


def _in_csv(folder: Path, rng: random.Random, change: Callable[[list[list[str]]], str]) -> str:
    there = [name for name in CSV_FILES if (folder / name).is_file()]
    if not there:
        return "nothing"
    path = folder / rng.choice(there)
    try:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error):
        return "nothing"
    if len(rows) < 2:
        return "nothing"
    told = change(rows)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8")
    return f"{path.name} {told}"


def odd_cell(folder: Path, rng: random.Random) -> str:
    def change(rows):
        row = rng.randrange(1, len(rows))
        column = rng.randrange(len(rows[row]))
        rows[row][column] = rng.choice(ODD_CELLS)
        return f"{rows[row][0]}, {rows[0][column]} = {rows[row][column][:40]!r}"

    return _in_csv(folder, rng, change)


def plausible_cell(folder: Path, rng: random.Random) -> str:
    """Write a value that the column has in another row, or a number near by."""

    def change(rows):
        row, other = rng.randrange(1, len(rows)), rng.randrange(1, len(rows))
        column = rng.randrange(1, len(rows[row]))
        value = rows[other][column]
        if rng.random() < 0.5:
            numbers = [c for c, cell in enumerate(rows[row]) if cell.replace(".", "").isdigit()]
            if numbers:
                column = rng.choice(numbers)
                old = rows[row][column]
                value = rng.choice(["0", "1", "2", old + "0", old[:-1] or "0", "1" + old, "0.001"])
        rows[row][column] = value
        return f"{rows[row][0]}, {rows[0][column]} = {value[:40]!r}"

    return _in_csv(folder, rng, change)


def no_rows(folder: Path, rng: random.Random) -> str:
    def change(rows):
        gone = rng.choice([1, 1, 2, 5, len(rows) - 1])
        for _ in range(min(gone, len(rows) - 1)):
            del rows[rng.randrange(1, len(rows))]
        return f"{gone} rows fewer"

    return _in_csv(folder, rng, change)


def row_twice(folder: Path, rng: random.Random) -> str:
    """A row a second time, perhaps under another name and about something else."""

    def change(rows):
        row = list(rng.choice(rows[1:]))
        row[0] += rng.choice(["", "_2"])
        for _ in range(rng.randrange(3)):
            column = rng.randrange(1, len(row))
            row[column] = rng.choice(rows[1:])[column]
        rows.append(row)
        return f"{row[0]} again"

    return _in_csv(folder, rng, change)


def columns(folder: Path, rng: random.Random) -> str:
    def change(rows):
        column = rng.randrange(len(rows[0]))
        kind = rng.choice(["no", "twice", "renamed", "new", "first", "emptied"])
        name = rows[0][column]
        for number, row in enumerate(rows):
            if column >= len(row):
                continue
            if kind == "no":
                del row[column]
            elif kind == "twice":
                row.append(row[column])
            elif kind == "renamed" and number == 0:
                row[column] += "s"
            elif kind == "new":
                row.append("extra" if number == 0 else "")
            elif kind == "first":
                row.insert(0, row.pop(column))
            elif kind == "emptied" and number:
                row[column] = ""
        return f"column {name}: {kind}"

    return _in_csv(folder, rng, change)


def encoding(folder: Path, rng: random.Random) -> str:
    path = folder / rng.choice((*YAML_FILES, *CSV_FILES))
    if not path.is_file():
        return "nothing"
    kind = rng.choice(["latin-1", "utf-16", "utf-8-sig", "crlf", "cr", "nul", "half"])
    data = path.read_bytes()
    text = data.decode("utf-8", errors="replace")
    if kind in ("latin-1", "utf-16", "utf-8-sig"):
        data = text.encode(kind, errors="replace")
    elif kind == "half":
        data = data[: len(data) // 2]
    else:
        data = data.replace(b"\n", {"crlf": b"\r\n", "cr": b"\r", "nul": b"\x00\n"}[kind])
    path.write_bytes(data)
    return f"{path.name}: {kind}"


def files(folder: Path, rng: random.Random) -> str:
    kind = rng.choice(["gone", "empty", "folder", "extra", "link out", "link in", "cut", "header"])
    names = [p for p in sorted(folder.rglob("*")) if p.is_file() and not p.is_symlink()]
    if not names:
        return "nothing"
    path = rng.choice(names)
    if kind == "extra":
        name = rng.choice(["notes.txt", "figures/figure9.tar", "figures/figure2.tar", ".hidden"])
        (folder / name).write_text("something", encoding="utf-8")
        return f"extra {name}"
    if kind == "cut":
        path.write_bytes(path.read_bytes()[: rng.randrange(1, 2000)])
        return f"{path.name} cut"
    if kind == "header":
        return no_rows(folder, rng)
    if kind == "empty":
        path.write_bytes(b"")
        return f"{path.name} empty"
    content = path.read_bytes()
    path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind == "link out":
        path.symlink_to(STUDIES / SEEDS[0] / "study.yaml")
    elif kind == "link in":
        (path.parent / f"real-{path.name}").write_bytes(content)
        path.symlink_to(path.parent / f"real-{path.name}")
    return f"{path.name}: {kind}"


CHANGES: tuple[tuple[Callable[[Path, random.Random], str], float], ...] = (
    (odd_value, 4),
    (plausible_value, 7),
    (without_brackets, 2),
    (in_brackets, 1),
    (no_key, 4),
    (other_key, 1.5),
    (swapped, 2),
    (odd_text, 3),
    (odd_cell, 4),
    (plausible_cell, 8),
    (no_rows, 4),
    (row_twice, 4),
    (columns, 1.5),
    (encoding, 1),
    (files, 2),
)
