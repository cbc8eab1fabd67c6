"""Check a YAML document against its pydantic model, and tell each error in plain words."""

from __future__ import annotations

import types
import typing

from pydantic import BaseModel, ValidationError

from retrial.plainyaml import number_meant
from retrial.validation.document import Document, Path_
from retrial.validation.problem import Problem, nearest, one_of

_QUOTE_IT = "text; write it in quotes if it looks like a number, true, false or null"
# Keys that were, and what is written instead.
_REPLACED = {
    "derived": "write basis: our_comparison in its place",
    "rests_on": "write needs_all or needs_any in its place",
}
_PATTERNS = {
    "^[a-z]": "a name of small letters a-z, digits and _, starting with a letter",
    r"^\d{4}-": 'a date in quotes: "2026-11-21"',
    r"^[^\n]": "text in one line",
    "^10": 'a DOI such as 10.1507/endocrj.EJ12-0343, or "" when there is none',
}


def check_model(document: Document, model: type[BaseModel]) -> list[Problem]:
    """Return every way in which the document is not what the model describes."""
    try:
        model.model_validate(document.data)
    except ValidationError as invalid:
        found: dict[tuple[Path_, str], Problem] = {}
        for error in invalid.errors(include_url=False):
            path = _path(document, error["loc"], error["type"])
            if path in document.refused:
                continue  # reported when the file was read
            named = isinstance(document.get(*path), str)
            if error["type"] == "literal_error" and named and _is_method(path):
                continue  # told by references.check_claims, which knows what is compared
            problem = _problem(document, model, path, error)
            found.setdefault((path, problem.allowed), problem)
        misspelt = {
            (*path[:-1], nearest(path[-1], list(block.model_fields)))
            for path, _ in found
            if path and path in document.lines and isinstance(path[-1], str)
            if (block := _model_at(model, path[:-1])) and path[-1] not in block.model_fields
        }
        return [
            problem
            for (path, _), problem in found.items()
            if path in document.lines or path not in misspelt
        ]
    return []


def _is_method(path: Path_) -> bool:
    """Return whether a path of claims.yaml names a method."""
    keys = [step for step in path if isinstance(step, str)]
    return keys[:1] == ["claims"] and keys[1:] in (
        ["paper_analysis", "method"],
        ["defensible", "means_methods"],
        ["defensible", "counts_methods"],
        ["defensible", "ordered_methods"],
    )


def _path(document: Document, loc: tuple[str | int, ...], kind: str) -> Path_:
    """Return the location in the file; pydantic adds steps of its own (`[key]`, a union's arm)."""
    path: Path_ = ()
    for step in loc:
        if (*path, step) not in document.lines:
            return (*path, step) if kind == "missing" else path
        path = (*path, step)
    return path


def _problem(document: Document, model: type[BaseModel], path: Path_, error: dict) -> Problem:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        block = _model_at(model, path[:-1])
        told = block.model_fields[path[-1]].description if block else None
        return document.problem(path, f"the key '{path[-1]}'" + (f": {told}" if told else ""), "")
    if kind == "extra_forbidden":
        block = _model_at(model, path[:-1])
        names = list(block.model_fields) if block else []
        meant = nearest(path[-1], names)
        hint = f"did you mean {meant}?" if meant else f"known here: {', '.join(names)}"
        hint = _REPLACED.get(path[-1], hint)
        return document.problem(path, f"a known key; {hint}", path[-1])
    value = document.printed.get(path)
    if value is None:
        value = {dict: "a block of keys", list: "a list"}.get(type(document.get(*path)), "")
    if error["loc"] and error["loc"][-1] == "[key]":
        value = path[-1]
    return document.problem(
        path, _allowed(document, kind, context, value, error, model, path), value
    )


def _allowed(document, kind, context, value, error, model, path) -> str:
    if kind == "literal_error":
        return one_of(value, context["expected"].replace("'", "").replace(" or ", ", ").split(", "))
    if kind == "string_pattern_mismatch":
        pattern = context["pattern"]
        return next((t for start, t in _PATTERNS.items() if pattern.startswith(start)), pattern)
    if kind.startswith("int_"):
        return "a whole number" + _as_number(value, whole=True)
    if kind.startswith("float_") or kind == "finite_number":
        return "a plain decimal number" + (_as_number(value) or " such as 0.81")
    if kind == "list_type" and isinstance(document.get(*path), str):
        return f"a list, in brackets: [{value}]"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        block = _model_at(model, path)
        return f"a block with the keys {', '.join(block.model_fields)}" if block else "a block"
    bounds = {
        "greater_than": "more than {gt}",
        "greater_than_equal": "at least {ge}",
        "less_than": "less than {lt}",
        "less_than_equal": "at most {le}",
        "too_short": "at least {min_length} of them, not {actual_length}",
        "too_long": "at most {max_length} of them, not {actual_length}",
        "string_too_short": "text of at least {min_length} characters",
        "string_too_long": "text of at most {max_length} characters",
    }
    if kind in bounds:
        return bounds[kind].format(**context)
    plain = {
        "string_type": _QUOTE_IT,
        "list_type": "a list: [a, b], or one item a line, each after a dash",
        "tuple_type": "a list of two numbers: [from, to]",
        "bool_parsing": "true or false",
        "bool_type": "true or false",
    }
    return plain.get(kind, error["msg"].removeprefix("Value error, "))


def _as_number(value: str, *, whole: bool = False) -> str:
    """Return how to write a number that was written in another way; empty where it is none."""
    meant = number_meant(value)
    if whole and "." in meant:
        meant = meant.partition(".")[0] if not meant.partition(".")[2].strip("0") else ""
    if not meant:
        return ""
    return f", without quotes: {meant}" if meant == value else f", written {meant}"


def _model_at(model: object, path: Path_) -> type[BaseModel] | None:
    """Return the pydantic model that describes the block at a path, if one does."""
    for step in path:
        model = _unwrapped(model)
        if isinstance(model, type) and issubclass(model, BaseModel):
            described = model.model_fields.get(step) if isinstance(step, str) else None
            if described is None:
                return None
            model = described.annotation
        else:
            inner = [a for a in typing.get_args(model) if a is not Ellipsis]
            if not inner:
                return None
            model = inner[-1]
    model = _unwrapped(model)
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


def _unwrapped(annotation: object) -> object:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return next(a for a in typing.get_args(annotation) if a is not type(None))
    return annotation
