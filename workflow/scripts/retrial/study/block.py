"""What every block of a study folder's YAML files has in common: strict keys, a place, a quote."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
# Texts of the study folder: a name in plots and tables, a line, a paragraph; and a unit.
Label = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\n]*$")]
Line = Annotated[str, Field(max_length=400)]
Text = Annotated[str, Field(max_length=3000)]
Unit = Annotated[str, Field(max_length=40, pattern=r"^[^\n]*$")]
Pair = Annotated[tuple[float, float], Field(strict=False)]  # YAML has lists only


class Block(BaseModel):
    """A strict, immutable block of a study file."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True
    )


class Sourced(Block):
    """Something the paper states: where it stands and a short quote."""

    source: str = Field(min_length=3, max_length=400, description="Place in the paper")
    quote: str = Field(min_length=3, max_length=400, description="The paper's words")
