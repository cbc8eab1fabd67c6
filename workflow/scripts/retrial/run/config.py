"""The configuration of a run: every key, what it means, its default, and what is allowed.

`workflow/schemas/config.schema.yaml` is written from this module (`retrial schema`).
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Discriminator, Field, Tag, ValidationError, field_validator, model_validator

from retrial import plainyaml
from retrial.errors import UserError
from retrial.study.models import Block, Identifier, Reading

CONFIG = Path("config/config.yaml")  # from the working directory

Section = Literal[
    "verdicts",
    "printed",
    "digitized",
    "truth",
    "impossible",
    "retests",
    "sensitivity",
    "required",
    "multiverse",
    "meta",
    "risk_of_bias",
    "limits",
    "methods",
    "provenance",
]
Studies = Annotated[
    Annotated[Literal["all"], Tag("all")] | Annotated[list[Identifier], Tag("list")],
    Discriminator(lambda value: "all" if value == "all" else "list"),
]


class RhoGrid(Block):
    """The grid of assumed correlations between a patient's visits."""

    from_: float = Field(0.0, alias="from", gt=-1, lt=1, description="First correlation")
    to: float = Field(0.95, gt=-1, lt=1, description="Last correlation; at least `from`")
    step: float = Field(0.05, gt=0, le=1, description="Distance between two correlations")

    @model_validator(mode="after")
    def _ordered(self) -> RhoGrid:
        if self.to < self.from_:
            raise ValueError(f"`to` ({self.to}) must not be below `from` ({self.from_})")
        if (self.to - self.from_) / self.step > 1000:
            raise ValueError("more than 1000 correlations; take a larger `step`")
        return self

    def values(self) -> list[float]:
        """Return the correlations of the grid, both ends included when the step meets them."""
        last = math.floor((self.to - self.from_) / self.step + 1e-9)
        return [round(self.from_ + i * self.step, 10) for i in range(last + 1)]


class ReportConfig(Block):
    """What the report shows."""

    title: str | None = Field(
        None, max_length=200, description="Title of the report; the study's own title when empty"
    )
    sections: list[Section] | None = Field(
        None, min_length=1, description="Sections to show; all of them when empty"
    )


class Config(Block):
    """The keys of `config/config.yaml`."""

    studies: Studies = Field(
        "all", description="Ids of the studies to run, or `all` for every folder of studies_folder"
    )
    studies_folder: str = Field(
        "resources/studies", min_length=1, description="Folder with one folder a study"
    )
    evidence: str = Field(
        "resources/evidence/natural-history.csv",
        min_length=1,
        description="Table of the natural history of the disease, each row with its source",
    )
    alpha: float = Field(
        0.05, gt=0, lt=0.5, description="Significance level for claims without a printed one"
    )
    power: float = Field(
        0.8, gt=0.5, lt=1, description="Power at which the smallest detectable difference is given"
    )
    readings: list[Reading] = Field(
        ["sd", "sem", "ci95"], min_length=1, description="Readings of an unlabelled error term"
    )
    rho: RhoGrid = Field(RhoGrid(), description=(RhoGrid.__doc__ or "").rstrip("."))
    draws: int = Field(
        1000,
        ge=100,
        le=100_000,
        description="How often digitized numbers are drawn anew, within their error",
    )
    rank_draws: int = Field(
        200,
        ge=0,
        le=10_000,
        description="How many groups of patients are drawn for a rank test; 0 runs none",
    )
    seed: int = Field(
        2013, ge=0, lt=2**32, description="Root of every random number that a run draws"
    )
    report: ReportConfig = Field(
        ReportConfig(), description=(ReportConfig.__doc__ or "").rstrip(".")
    )

    @field_validator("studies", mode="before")
    @classmethod
    def _one_study(cls, value: object) -> object:
        """`--config studies=hu2013` names one study."""
        return [value] if isinstance(value, str) and value != "all" else value

    @field_validator("studies", "readings", mode="after")
    @classmethod
    def _no_repeats(cls, value: object) -> object:
        repeated = sorted({v for v in value if value.count(v) > 1}) if value != "all" else []
        if repeated:
            raise ValueError(f"named twice: {', '.join(repeated)}")
        if not value:
            raise ValueError("the list is empty")
        return value

    def analysis(self) -> dict:
        """Return the settings that bear on a study's results, without any path."""
        return self.model_dump(by_alias=True, exclude={"studies", "studies_folder", "evidence"})


def _known_keys(place: tuple) -> list[str]:
    model = {(): Config, ("rho",): RhoGrid, ("report",): ReportConfig}[place]
    return [field.alias or name for name, field in model.model_fields.items()]


def _problem(error: dict) -> str:
    """Return one validation error in words: which key, what was found, what is allowed."""
    place = error["loc"]
    if place[:1] == ("studies",) and place[1:2] in (("all",), ("list",)):
        place = place[:1] + place[2:]
    key = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in place).lstrip(".")
    if error["type"] == "extra_forbidden":
        known = _known_keys(place[:-1])
        near = difflib.get_close_matches(str(place[-1]), known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"known keys: {', '.join(known)}"
        return f"{key}: unknown key; {hint}"
    if error["type"] == "value_error":
        return f"{key}: {error['ctx']['error']}"
    found = error["input"]
    if isinstance(found, str) and re.fullmatch(r"-?[0-9]*,[0-9]+", found):
        return f"{key}: write a decimal point, {found.replace(',', '.')}; found {found!r}"
    words = error["msg"][:1].lower() + error["msg"][1:]
    if error["type"] == "string_pattern_mismatch":
        words = "an id is a lower-case letter, then lower-case letters, digits or _"
    return f"{key}: {words}; found {error['input']!r}"


def read_config(path: Path | str) -> dict | None:
    """Return the content of a configuration file, unchecked; None when there is nothing in it.

    Raises:
        UserError: If it cannot be read, or is no YAML; it names the line.
    """
    try:
        found = plainyaml.parse(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; run this in the retrial folder.") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: not text in UTF-8; save it with that encoding.") from None
    if not found.complete and found.faults[0].value == plainyaml.NOTHING:
        return None
    if found.faults:
        raise UserError(plainyaml.told(path, found.faults))
    content = found.data
    if content is not None and not isinstance(content, dict):
        raise UserError(f"{path}: lines such as `alpha: 0.05` expected, a key and its value.")
    return content


def refuse_other_readings(paths: Iterable[Path | str], config: dict) -> None:
    """Refuse what Snakemake, whose YAML is version 1.1, has read otherwise than it is typed.

    It takes `seed: 036` for 30 and `title: no` for false, which are allowed values too.

    Args:
        paths: The configuration files that Snakemake has read.
        config: What it has made of them and of `--config`.

    Raises:
        UserError: If a value in use is read in two ways; it names the file and each key.
    """
    for path in map(Path, paths):
        if path.suffix not in (".yaml", ".yml"):
            continue
        typed = _flat(read_config(path) or {})
        read = _flat(yaml.safe_load(path.read_text(encoding="utf-8-sig")) or {})
        used = _flat(config)
        problems = [
            f"{'.'.join(key)}: typed {value!r}, which Snakemake reads as {read[key]!r}; put text "
            "in quotation marks, and write a number in plain decimal digits"
            for key, value in typed.items()
            if key in read and not _same(read[key], value) and _same(used.get(key), read[key])
        ]
        if problems:
            raise UserError(f"{path}:\n" + "\n".join(f"  - {problem}" for problem in problems))


def _flat(content: dict, above: tuple[str, ...] = ()) -> dict[tuple[str, ...], object]:
    """Return the configuration's values by their keys from the top; unknown keys are left out."""
    found: dict[tuple[str, ...], object] = {}
    for key, value in content.items():
        if not above and key not in Config.model_fields:
            continue
        place = (*above, str(key))
        found |= _flat(value, place) if isinstance(value, dict) else {place: value}
    return found


def _same(one: object, other: object) -> bool:
    # True is not 1, and 1 is 1.0.
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def load_config(raw: dict | None) -> Config:
    """Return the validated configuration; absent keys take their defaults.

    Raises:
        UserError: If any key is unknown or any value not allowed; it lists every problem.
    """
    try:
        return Config.model_validate(raw or {})
    except ValidationError as error:
        problems = [_problem(e) for e in error.errors()]
        raise UserError(
            f"The configuration has {len(problems)} problem{'s' * (len(problems) != 1)}:\n"
            + "\n".join(f"  - {problem}" for problem in problems)
            + "\nEvery key is explained in config/README.md."
        ) from None


def schema() -> str:
    """Return the JSON schema of the configuration, as YAML."""
    header = "# Written by `retrial schema` from workflow/scripts/retrial/run/config.py.\n"
    return header + yaml.safe_dump(
        Config.model_json_schema(by_alias=True), sort_keys=False, allow_unicode=True, width=100
    )
