"""Settings of the unit tests."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers
from retrial.validation import check
from study_files import FILES

STUDY = Path(__file__).parents[2] / "resources" / "studies" / "hu2013"
SOUND = {file: (STUDY / file).read_bytes() for file in FILES}

# A deadline for one example measures how busy the machine is, not the code. The examples are the
# same in each run; HYPOTHESIS_PROFILE=explore looks for others.
settings.register_profile("retrial", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "retrial"))
if settings.default.derandomize:
    # Constants are otherwise drawn from all modules that happen to be loaded, so that the examples
    # would depend on which tests ran before.
    providers._get_local_constants = providers.Constants


def pytest_make_parametrize_id(val, argname):
    """Name a case of raw bytes by its place, so that every worker collects the same names."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture
def sound_documents_are_read_once(monkeypatch, read=check.read_document, kept={}):  # noqa: B006
    """Reading YAML is most of the time of a test: keep what the sound files give."""

    def read_document(path, name, expected=()):
        if not path.is_file() or path.read_bytes() != SOUND[name]:
            return read(path, name, expected)
        if name not in kept:
            kept[name] = read(path, name, expected)
        return kept[name]

    monkeypatch.setattr(check, "read_document", read_document)
