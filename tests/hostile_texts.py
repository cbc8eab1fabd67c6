"""Every free text of a study folder, found by the models' schemas, and how to replace them."""

from __future__ import annotations

import csv
import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml
from pydantic import BaseModel
from retrial import plainyaml
from retrial.study.claims import Claims
from retrial.study.constraints import Constraints
from retrial.study.figures import Figures
from retrial.study.models import Study

MODELS: dict[str, type[BaseModel]] = {
    "study.yaml": Study,
    "claims.yaml": Claims,
    "constraints.yaml": Constraints,
    "figures/figures.yaml": Figures,
}
# A formula, text that another file holds or that is read as a number; `unit` must be that of the
# outcome.
NOT_FREE = {"equals", "name", "labels", "axes", "file", "second_file", "image", "published_p"}
COLUMNS = {
    "reported.csv": ("source", "quote", "note"),
    "counts.csv": ("source", "quote", "note"),
}
ONE_LINE = r"^[^\n]*$"


@functools.cache
def _schema_of(file: str) -> dict:
    return MODELS[file].model_json_schema()


def _schema_at(schema: dict, path: tuple) -> dict | None:
    """Return the JSON schema of a value; None where nothing describes it."""
    found = [schema]
    for step in path:
        below = []
        for option in _options(found, schema):
            if isinstance(step, int):
                below.append(option.get("items"))
            else:
                known = option.get("properties", {})
                below.append(known.get(step, option.get("additionalProperties")))
        found = [option for option in below if isinstance(option, dict)]
    texts = [o for o in _options(found, schema) if o.get("type") == "string"]
    return texts[0] if texts else None


def _options(found: list[dict], whole: dict) -> Iterator[dict]:
    for option in found:
        if "$ref" in option:
            yield from _options([whole["$defs"][option["$ref"].split("/")[-1]]], whole)
        elif "anyOf" in option:
            yield from _options(option["anyOf"], whole)
        else:
            yield option


def free_texts(file: str, data: object, path: tuple = ()) -> Iterator[tuple[tuple, dict]]:
    """Yield (path, schema) of each free text that a YAML file of the folder holds."""
    schema = _schema_of(file)
    value = data
    for step in path:
        value = value[step]
    if isinstance(value, dict | list):
        items = value if isinstance(value, dict) else range(len(value))
        for step in items:
            yield from free_texts(file, data, (*path, step))
        return
    described = _schema_at(schema, path) if isinstance(value, str) else None
    keys = [step for step in path if isinstance(step, str)]
    if described is None or "enum" in described or set(keys) & NOT_FREE:
        return
    if described.get("pattern", ONE_LINE) == ONE_LINE and "const" not in described:
        yield path, described


def replace_all(folder: Path, text: Callable[[int, int], str]) -> int:
    """Replace every free text of a folder; return how many there were.

    `text` is given the number of the place and the most characters that it takes.
    """
    number = 0
    for file in MODELS:
        data = plainyaml.load(folder / file)
        for path, described in list(free_texts(file, data)):
            block = data
            for step in path[:-1]:
                block = block[step]
            block[path[-1]] = text(number, described.get("maxLength", 400))
            number += 1
        written = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=10_000)
        (folder / file).write_text(written, encoding="utf-8")
    for file, columns in COLUMNS.items():
        with (folder / file).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        for row in rows:
            for column in columns:
                if row[column]:
                    row[column] = text(number, 400)
                    number += 1
            row.update({"unit": ""} if "unit" in row else {})
        with (folder / file).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return number
