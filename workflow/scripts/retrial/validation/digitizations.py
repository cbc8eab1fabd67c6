"""Check figures.yaml against the digitizers' project files that lie beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from retrial.study.figures import Figure, load_figures
from retrial.validation.document import Document, Path_
from retrial.validation.problem import Problem, nearest, one_of

FILES = ("file", "second_file", "image")


def check_figures(figures: Document, folder: Path) -> Iterator[Problem]:
    """Yield the figures whose files are not there, and what is wrong within their panels."""
    for path, figure in figures.find("figures", "*"):
        if not isinstance(figure, dict):
            continue
        if figure.get("status") == "digitized" and not figure.get("file"):
            told = "the digitizer's project file, beside figures.yaml; or status pending"
            yield figures.problem((*path, "file"), told, "")
        if _taken(figure, folder / "figures") and not figure.get("panels"):
            told = "what its data sets show: at least one panel, with its series"
            yield figures.problem((*path, "panels"), told, "")
        for key in FILES:
            if isinstance(figure.get(key), str) and figure[key]:
                yield from _file(figures, (*path, key), figure, folder / "figures")
    for path, panel in figures.find("figures", "*", "panels", "*"):
        if isinstance(panel, dict) and isinstance(panel.get("arms"), list):
            yield from _arms(figures, path, panel["arms"])


def _file(figures: Document, place: Path_, figure: dict, folder: Path) -> Iterator[Problem]:
    name = figures.get(*place)
    if name in (".", "..") or set(name) & set("/\\:"):
        yield figures.problem(place, "the plain name of a file beside figures.yaml")
    elif _taken(figure, folder) and not _is_file(folder / name):
        known = ("figures.yaml", "README.md")
        meant = nearest(name, [there for there in _there(folder) if there not in known])
        hint = f"; did you mean {meant}?" if meant else ""
        yield figures.problem(place, f"a file that is in the folder figures/{hint}")


def _taken(figure: dict, folder: Path) -> bool:
    """Return whether a figure is digitized, or counts as such because its project is there."""
    name, status = figure.get("file"), figure.get("status")
    there = isinstance(name, str) and name != "" and _is_file(folder / name)
    return status == "digitized" or (status == "pending" and there)


def _arms(figures: Document, place: Path_, arms: list) -> Iterator[Problem]:
    """Yield the arms that a panel's series or numbers of patients name and the panel does not."""
    known = [name for name in arms if isinstance(name, str)]
    for key in ("series", "n"):
        for path, arm in figures.find("figures", "*", "panels", "*", key, "*", "arm"):
            if path[: len(place)] == place and isinstance(arm, str) and arm not in arms:
                yield figures.problem(path, one_of(arm, known, "an arm of this panel"))


def _there(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name too long for the system
        return False


def check_digitizations(figures: Document, folder: Path) -> Iterator[Problem]:
    """Yield what the project files hold that figures.yaml does not say, and the other way round.

    For a folder in which nothing else is wrong: it takes the study and the figures as models.
    """
    # Reading projects loads scipy: only where everything else is sound.
    from retrial.figures.digitized import figure_faults
    from retrial.study.models import load_study

    study = load_study(folder / "study.yaml")
    described = load_figures(folder / "figures" / "figures.yaml")
    yield from _strays(figures, described, folder / "figures")
    randomized = {arm.id: arm.n for arm in study.arms}
    for index, figure in enumerate(described):
        place: Path_ = ("figures", index)
        for number, panel in enumerate(figure.panels):
            for row, shown in enumerate(panel.n):
                where = (*place, "panels", number, "n", row, "n")
                if max(shown.n) > randomized[shown.arm] or min(shown.n) < 2:
                    told = f"from 2 to the {randomized[shown.arm]} patients of '{shown.arm}'"
                    yield figures.problem(where, told, ", ".join(map(str, shown.n)))
        if figure.digitized:
            for key, sentence in figure_faults(study, figure, folder / "figures"):
                # Of a panel, or of the file as a whole ("is not JSON").
                told = "a project that holds what figures.yaml says: "
                told = told if sentence.startswith("panel ") else "a digitizer's project file; it "
                sentence = f"{told}{sentence.rstrip('.')}"
                yield figures.problem((*place, key), sentence, getattr(figure, key))


def _strays(figures: Document, described: list[Figure], folder: Path) -> Iterator[Problem]:
    """Yield the project files of another name that a pending figure waits for.

    Otherwise somebody who has digitized it would find it still pending, and nobody would say why.
    """
    from retrial.figures.listing import stray_projects

    places = {figure.id: ("figures", index, "file") for index, figure in enumerate(described)}
    for stray in stray_projects(described, folder):
        fits = list(stray.fits)
        if not fits:  # by its name, where its data sets say nothing
            fits = [
                (figure.id, figure.file)
                for figure in described
                if figure.status == "pending"
                and figure.file
                and Path(stray.name).stem.lower() == Path(figure.file).stem.lower()
            ]
        for figure, wanted in fits:
            told = (
                f"the name of the project file that is there and fits this figure: {stray.name} "
                f"(or rename that file to {wanted})"
            )
            yield figures.problem(places[figure], told)
