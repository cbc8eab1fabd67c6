"""The command line: run the workflow, begin and check a study, digitize, freeze, trace."""

from __future__ import annotations

import re
import sys
import tempfile
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from retrial.errors import UserError
from retrial.figures.tracing.command import digitize_command
from retrial.run.studies import no_such_study, reserved_id

STUDIES = Path("resources/studies")
RESULTS = Path("results")
EVIDENCE = Path("evidence/natural-history.csv")  # beside the folder of studies

# Where each template goes in a new study folder.
TEMPLATES = {
    "study.yaml": "study.yaml",
    "reported.csv": "reported.csv",
    "counts.csv": "counts.csv",
    "claims.yaml": "claims.yaml",
    "constraints.yaml": "constraints.yaml",
    "figures.yaml": "figures/figures.yaml",
    "figures-README.md": "figures/README.md",
}

app = typer.Typer(
    help="Re-run a published trial's statistics from what the paper prints.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Folder = Annotated[Path, typer.Option(help="The folder with the study folders.")]


def study_folder(study: str, studies: Path) -> Path:
    """Return the folder of a study given by its id or by its path; UserError when there is none."""
    candidates = [studies / study, Path(study)] if study else []
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    require_project(studies)
    raise UserError(no_such_study(studies, study))


def configured_folder() -> Path:
    """Return the folder of studies that the configuration names."""
    from retrial.run.config import CONFIG, load_config, read_config

    return Path(load_config(read_config(CONFIG)).studies_folder) if CONFIG.is_file() else STUDIES


def require_project(studies: Path) -> None:
    """Refuse to work in another folder than the project's, unless `--folder` names one."""
    if studies == STUDIES and not studies.is_dir():
        raise UserError(
            f"There is no folder {studies} here: run this in the retrial folder, "
            "or name the folder of the studies with --folder."
        )


def evidence_for(folder: Path) -> Path | None:
    """Return the evidence table beside the folder of studies; None when there is none."""
    evidence = folder.resolve().parent.parent / EVIDENCE
    return evidence if evidence.is_file() else None


@app.command()
def validate(
    study: Annotated[str, typer.Argument(help="A study's id, or the path of its folder.")],
    folder: Folder = STUDIES,
    evidence: Annotated[
        Path | None,
        typer.Option(help="The evidence table; else evidence/natural-history.csv by the studies."),
    ] = None,
    text: Annotated[
        list[Path] | None,
        typer.Option(help="The paper's text; every quote is looked for in it. May be repeated."),
    ] = None,
) -> None:
    """Check a study folder and list everything that is wrong with it."""
    from retrial.validation import check_study, check_texts, format_problems, found_sound

    where = study_folder(study, folder)
    evidence = evidence or evidence_for(where)
    problems = check_study(where, evidence)
    if not problems and text:
        problems = check_texts(where, text)
    if problems:
        raise UserError(format_problems(problems))
    typer.echo(found_sound(where), nl=False)
    if text:
        typer.echo("Every quote is in the given text.")


@app.command()
def new(
    study: Annotated[str, typer.Argument(metavar="ID", help="The new study's id.")],
    folder: Folder = STUDIES,
) -> None:
    """Begin a study: write a folder with a small made-up example to edit."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", study):
        raise UserError(
            f"'{study}' cannot be a study's id: use small letters, digits and _, "
            "begin with a letter, at most 60 characters; such as smith2020."
        )
    if reserved_id(study):
        raise UserError(reserved_id(study))
    require_project(folder)
    where = folder / study
    if where.exists() or where.is_symlink():
        raise UserError(f"{where} exists already; nothing was written.")
    source = files("retrial.study") / "templates"
    texts = {
        target: (source / name).read_text(encoding="utf-8").replace("STUDY_ID", study)
        for name, target in TEMPLATES.items()
    }
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{study}-", dir=folder) as unfinished:
        begun = Path(unfinished) / study
        for target, text in texts.items():
            path = begun / target
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        begun.rename(where)  # the folder appears whole or not at all
    typer.echo(
        f"Wrote {where}: a made-up example that runs. Replace it by what your paper prints; "
        "resources/README.md explains every file and column. Then:\n"
        f"  retrial validate {study if folder == STUDIES else where}\n"
        f"  make report STUDY={study}"
    )


app.command("digitize")(digitize_command)


Studies = Annotated[
    list[str] | None, typer.Argument(metavar="[STUDY]...", help="Ids; else those configured.")
]


class Goal(StrEnum):
    """What a run can be asked for."""

    REPORT = "report"
    CHECK = "check"
    META = "meta"


@app.command("run")
def run_command(
    study: Studies = None,
    to: Annotated[Goal, typer.Option(help="What to make, with all it depends on.")] = Goal.REPORT,
    cores: Annotated[str, typer.Option(help="How many cores to use, or all.")] = "all",
    dry: Annotated[bool, typer.Option("--dry-run", "-n", help="Only list the jobs.")] = False,
) -> None:
    """Run what is out of date, and say what each report found."""
    from retrial.run.runner import run
    from retrial.run.summary import is_whole, summarize

    if cores != "all" and not re.fullmatch(r"[1-9][0-9]*", cores):
        raise UserError(f"--cores {cores}: give a whole number of cores, 1 or more, or all.")
    done = run(study or [], to.value, cores, dry)
    status, made = done.status, [RESULTS / one for one in done.studies]
    if dry:
        pass
    elif to is Goal.REPORT:
        whole = [folder for folder in made if is_whole(folder)]
        for folder in whole:
            typer.echo(summarize(folder))
        status = status or len(whole) < len(made)
    elif status == 0 and to is Goal.CHECK:
        typer.echo(f"check: every result of {' '.join(done.studies)} is as it was frozen")
    elif status == 0:
        typer.echo("meta: see results/meta/meta.csv and results/meta/figures")
    sys.exit(int(status))


@app.command()
def unlock() -> None:
    """Remove the lock that an interrupted run left in this folder."""
    from retrial.run.runner import unlock as remove_lock

    typer.echo(remove_lock())


@app.command("studies")
def studies_command() -> None:
    """List the studies that a run takes, and what is wrong with the others."""
    from retrial.run.runner import chosen_studies

    sound, problems = chosen_studies([])
    for one in sound:
        typer.echo(one)
    if problems:
        raise UserError("\n".join(problems))


@app.command()
def summary(study: Studies = None) -> None:
    """Say in a line a study what its report found."""
    from retrial.run.runner import chosen_studies
    from retrial.run.summary import is_whole, summarize

    studies, problems = chosen_studies(study or [])
    for one in studies:
        if is_whole(RESULTS / one):
            typer.echo(summarize(RESULTS / one))
        else:
            problems.append(f"{RESULTS / one} is not complete; run make report STUDY={one} first.")
    if problems:
        raise UserError("\n".join(problems))


@app.command()
def schema() -> None:
    """Write the schema of the configuration and the data dictionary anew."""
    from retrial.registry.dictionary import write
    from retrial.run.config import schema as config_schema

    Path("workflow/schemas/config.schema.yaml").write_text(config_schema(), encoding="utf-8")
    write(Path("resources/tables.md"), Path("README.md"))


@app.command()
def freeze(
    study: Annotated[
        list[str] | None,
        typer.Argument(metavar="[STUDY]...", help="Ids or folders; else those configured."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(help="The folder with the study folders; else the configured one."),
    ] = None,
    results: Annotated[Path, typer.Option(help="The folder with the results.")] = RESULTS,
) -> None:
    """Keep the results of studies as the expected ones that `make check` compares with."""
    from retrial.run.freeze import freeze as freeze_results
    from retrial.run.runner import chosen_studies

    folder = folder or configured_folder()
    for one in study or chosen_studies([])[0]:
        where = study_folder(one, folder)
        made = results / where.resolve().name
        if not made.is_dir():
            raise UserError(f"{made} does not exist; run make report STUDY={made.name} first.")
        freeze_results(where, made)
        typer.echo(f"Froze {made} into {where / 'expected'}.")


@app.command()
def trace(
    study: Annotated[str, typer.Argument(help="A study's id, or the path of its folder.")],
    name: Annotated[
        str, typer.Argument(help="A claim (claim_id), a printed row (row_id) or a test (test_id).")
    ],
    folder: Folder = STUDIES,
    results: Annotated[Path, typer.Option(help="The folder with the results.")] = RESULTS,
) -> None:
    """Follow a claim to its tests, printed rows and quotes; or a printed row to its claims."""
    from retrial.report.trace import trace as follow

    where = study_folder(study, folder)
    typer.echo(follow(results / where.resolve().name, where, name))


def main() -> None:
    """Run the command line; a user's mistake is one message on stderr and exit status 1."""
    try:
        app()
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        print(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "), file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
