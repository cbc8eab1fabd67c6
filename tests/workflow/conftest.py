"""A copy of the project with one small study, carried through the workflow once for all tests."""

import shutil

import pytest
from figure_projects import drop_in
from projects import ROOT, STUDY, Project, ignored
from shared import copy_of, made_once


@pytest.fixture(scope="session")
def whole_run(shared):
    """The project after one run of everything on two cores; no test may change it.

    Of the study's two figures the first is digitized.
    """
    home = shared / "workflow/home"

    def make(folder):
        home.mkdir(exist_ok=True)
        shutil.copytree(ROOT, folder, ignore=ignored, dirs_exist_ok=True)
        project = Project(folder, home)
        copy_of(ROOT / "tests/studies" / STUDY, project.study)
        drop_in(project.study, only=("figure1",))
        project.run_cold()

    return Project(made_once(shared / "workflow/project", make), home)


@pytest.fixture
def project(whole_run, tmp_path):
    """A copy of the project with all its results, to be changed."""
    shutil.copytree(whole_run.folder, tmp_path / "project")
    return Project(tmp_path / "project", whole_run.home)


@pytest.fixture
def fresh(whole_run, tmp_path):
    """A copy of the same project without results."""
    shutil.copytree(whole_run.folder, tmp_path / "project", ignore=ignored)
    return Project(tmp_path / "project", whole_run.home)
