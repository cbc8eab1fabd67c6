"""What cannot be read is refused in one sentence; nothing in a file can do harm."""

import bz2
import copy
import gzip
import json
import os
import struct
import tarfile

import digitizer_files as make
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from retrial.figures.formats import DigitizeError, read, read_project
from test_digitize_values import write

POINTS = [make.point(100, 250, [0, 7.5])]


def one_series(axes, points=POINTS, **more):
    return make.version_4([axes], [make.dataset("A", points, axes["name"], **more)])


def with_clicks(*changes, **flags):
    """XY axes with some calibration clicks changed: (index, key, value)."""
    axes = make.xy_axes(**flags)
    for index, key, value in changes:
        axes["calibrationPoints"][index][key] = value
    return one_series(axes)


def refusal(path, **options):
    with pytest.raises(DigitizeError) as caught:
        read_project(path, **options)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and "\n" not in message
    return message


# One pixel a decade: a point 1000 px away has no float.
TINY = [make.click(0, 0, "1"), make.click(1, 0, "10"), make.click(0, 0)]
TINY += [make.click(0, 1, "0", "1")]

DEGENERATE = [
    (with_clicks((3, "px", 700), (3, "py", 501)), "almost parallel .*condition number"),
    (with_clicks((1, "px", 100)), "x are 0 px apart .*angle.*nan.*condition number inf"),
    (with_clicks((3, "py", 500)), "y are 0 px apart"),
    (with_clicks((1, "dx", "0")), "zero range"),
    (with_clicks((0, "dx", "0"), isLogX=True), "logarithmic.*not 0 and 12"),
    (with_clicks((0, "dx", "-1"), isLogX=True), "all above or all below zero"),
    (with_clicks((0, "dx", "2010/1/1")), "one x value is a date and the other a number"),
    (with_clicks((0, "dx", "2010/2/30")), "no date of the calendar"),
    (with_clicks((0, "dx", "12:30")), "without its date"),
    (with_clicks((0, "dx", "1,5")), "must be a number such as 1.5"),
    (with_clicks((0, "dx", "10^3")), "must be a number"),
    (with_clicks((0, "dx", "1e999")), "finite"),
    (with_clicks((0, "dx", None)), "must be a number"),
    (with_clicks((0, "dx", True)), "must be a number"),
    (with_clicks((0, "px", "12px")), "px of calibration point 1"),
    (with_clicks((0, "px", 1e9)), "at most 1e"),
    (with_clicks((0, "px", 10**300)), "at most 1e"),
    (
        with_clicks((1, "px", 100.2), (1, "py", 600), noRotation=True),
        "almost parallel",
    ),
    (one_series(make.bar_axes(clicks=[make.click(5, 5)] * 2)), "zero range"),
    (
        one_series(make.bar_axes(clicks=[make.click(5, 5), make.click(5, 5, 0, "1")])),
        "0 px apart along the axis",
    ),
    (one_series(make.xy_axes() | {"calibrationPoints": []}), "needs 4 calibration points"),
    (one_series(make.xy_axes() | {"calibrationPoints": None}), "no calibration points"),
    (one_series(make.xy_axes() | {"calibrationPoints": "four"}), "must be a list"),
    (one_series(make.xy_axes() | {"calibrationPoints": [1, 2, 3, 4]}), "must be an object"),
    (one_series(make.xy_axes() | {"isLogX": "yes"}), "isLogX must be true or false"),
    (one_series(make.xy_axes() | {"type": "SpiralAxes"}), "'SpiralAxes' are not known"),
    (one_series(make.xy_axes() | {"type": 7}), "type must be a text"),
    (one_series(make.xy_axes(), None), "data must be a list"),
    (one_series(make.xy_axes(), [7]), "point 0: the point must be an object"),
    (one_series(make.xy_axes(), [make.point(None, 1)]), "point 0: x must be a number"),
    (one_series(make.xy_axes(), [make.point(1, 1, [1])]), "do not fit XYAxes"),
    (one_series(make.xy_axes(), [make.point(1, 1, metadata=7)]), "metadata must be an object"),
    (
        one_series(make.xy_axes(), [make.point(1, 1, tuple=0, group=5)], groupNames=["A"]),
        "group 5 is none of the 1 point groups",
    ),
    (
        one_series(make.xy_axes(), [make.point(1, 1, tuple=1e99, group=0)], groupNames=["A"]),
        "tuple must be a whole number",
    ),
    (
        one_series(
            make.xy_axes(clicks=TINY, isLogX=True),
            [make.point(1000, 0)],
        ),
        "no finite value",
    ),
    (make.version_4([make.xy_axes()] * 2, [make.dataset("A", POINTS)]), "more than one axes set"),
    (make.version_4([], [make.dataset("A", POINTS)]), "no axes set of the file"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "message"), DEGENERATE)
def test_a_calibration_or_series_that_cannot_be_trusted_is_refused(content, message, tmp_path):
    path = write(tmp_path, content)
    with pytest.raises(DigitizeError, match=message):
        read_project(path)
    # The fault concerns its axes set alone: the file's others are still read.
    if len(content["axesColl"]) == 1:
        both = copy.deepcopy(content)
        both["axesColl"].append(make.xy_axes("Good"))
        both["datasetColl"].append(make.dataset("B", POINTS, "Good"))
        assert read_project(write(tmp_path, both))["series"].tolist() == ["B"]
        refusal(path, strict=True)


@pytest.mark.parametrize(
    "type_",
    ["PolarAxes", "TernaryAxes", "MapAxes", "ImageAxes", "CircularChartRecorderAxes"],
)
def test_axes_that_a_trial_does_not_need_are_refused_with_the_reason(type_, tmp_path):
    content = one_series({"name": "Other", "type": type_, "calibrationPoints": []})
    assert f"{type_} are not supported, because" in refusal(write(tmp_path, content))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"{", "is not JSON"),
        (b"[1]", "must be an object"),
        (b"{}", "format version None"),
        (b'{"version": [5, 0]}', "3 and 4 are read"),
        (b'{"version": [true]}', "3 and 4 are read"),
        (b'{"version": [3, 1]}', "mixes the layouts"),
        (b'{"wpd": {"version": [3, 8]}}', "holds no digitized point"),
        (b'{"version": [4, 2], "axesColl": [], "datasetColl": []}', "holds no digitized point"),
        (b'{"version": [4, 2], "axesColl": {}, "datasetColl": 3}', "must be a list"),
        (b'{"version": [4], "version": [4]}', "'version' twice"),
        (b'{"version": [NaN]}', "NaN, which is not JSON"),
        (b'{"version": [-Infinity]}', "-Infinity, which is not JSON"),
        (b'{"version": [' + b"9" * 5000 + b"]}", "5000 digits"),
        (b'{"a":' * 100_000, "too deeply"),
        (b"[" * 100_000, "too deeply"),
        (b'{"version": "\xff"}', "not UTF-8"),
        (b"PK\x03\x04", "ZIP archive"),
        (b"\x00\x01\x02", "binary file"),
        (b"<svg/>", "an Engauge file has Document"),
        (b"<Document>", "not well-formed XML"),
        (b"hello\n", "no known table"),
        (b"\n\n", "holds no table"),
        (b"series,x,y,colour\nA,1,2,red\n", "allowed are series, x, y"),
        (b"series,x,y\nA,1\n", "line 2 has 2 cells"),
        (b"series,x,y\nA,1,nan\n", "line 2: y must be a number"),
        (b"series,x,y\nA,1,inf\n", "line 2: y must be a number"),
        (b"series;x;y\nA;1,5;2\n", "line 2: x must be a number"),
        (b"series,x,y\nA,2010/1/1,1\nA,3,1\n", "line 3: x mixes dates and numbers"),
        (b'series,x,y\n"A,1,2\n', "no CSV table"),
        (b"A, with comma,,B,\nX,Y,X,Y\n1,2,3,4\n", "rename the data set"),
        (b"x,A\n1,2,3\n", "line 2 has 3 cells"),
        (b"x,A\n1,2\n\n3,4\n", "begins with x and a curve"),
        (b"X\n", "ends in the middle of an R object"),
        (b"A\n2\n", "ASCII form"),
        (gzip.compress(b"hello", mtime=0), "no R object"),
        (gzip.compress(make.mean_error_caldat(), mtime=0)[:-20], "compressed, but broken"),
        (make.mean_error_caldat()[:-20], "ends in the middle"),
        (make.rds(make.r([1.0, 2.0])), "no metaDigitise figure"),
        (make.rds(make._head(3)), "only lists, numbers and texts"),
        (make.rds(make._head(4)), "only lists, numbers and texts"),
        (make.rds(make._head(19) + struct.pack(">i", 2**31 - 1)), "more than it holds"),
        (make.rds((make._head(19) + struct.pack(">i", 1)) * 5000), "too deeply"),
        (make.rds(make._head(255, more=9 << 8)), "refers to an R object"),
        (make.caldat(clicks=[(1.0, 2.0)] * 3, values=[1.0] * 3), "two or four"),
        (make.caldat(clicks=[(1.0, 2.0)] * 2), "0 px apart"),
        (make.caldat(values=[5.0, float("nan")]), "finite number"),
        (make.caldat(plot="boxplot"), "which needs 5"),
        (make.caldat(raw=make.frame(id=["A"], x=[1.0])), "no column y"),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence(data, message, tmp_path):
    assert message in refusal(write(tmp_path, data))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (make.dig(doctype='<!DOCTYPE engauge [<!ENTITY a "aaaa">]>'), "document type"),
        (make.dig(doctype='<!DOCTYPE engauge SYSTEM "file:///etc/passwd">'), "document type"),
        (make.dig(doctype="<!DOCTYPE html>"), "document type"),
        (make.dig(curves={"&a;": [(1, 2)]}), "undefined entity"),
        (b"<Document>" + b"<a>" * 100, "too often"),
        (make.dig().replace(b"UTF-8", b"klingon"), "text encoding that cannot be read"),
        (make.dig([(0, 0, 0, 0), (9, 9, 1, 1), (5, 5, 2, 0)]), "almost parallel"),
        (make.dig([(0, 0, 0, 0), (9, 0, 1, 1), (0, 9, 2, 2)]), "lie on one line"),
        (make.dig([(0, 0, 0, 0), (0, 0, 1, 1), (0, 9, 2, 1)]), "0 px apart"),
        (make.dig([(0, 0, 0, 0)]), "1 axis points"),
        (make.dig([(0, 0, 0, 0), (9, 0, 1, 0), (0, 9, 0, "x")]), "must be a number"),
        (make.dig(coords='ScaleXThetaString="Log"'), "logarithmic"),
        (make.dig(coords='UnitsXString="Date Time"'), "not supported, because"),
        (make.dig().replace(b'TypeString="Cartesian"', b'TypeString="Polar"'), "polar axes"),
        (make.dig(curves={"A": [("nan", 2)]}), "must be a number"),
    ],
)
def test_an_engauge_document_that_cannot_be_trusted_is_refused(data, message, tmp_path):
    assert message in refusal(write(tmp_path, data))


def special(kind, name="figure2/image.png"):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    return info


INFO = ("info.json", make.as_json({"version": [4, 0], "json": "wpd.json"}))
WPD = ("wpd.json", make.as_json(make.version_4()))


def huge():
    """A member that declares a terabyte and has none."""
    info = tarfile.TarInfo("figure2/image.png")
    info.size = 2**40
    return info.tobuf(tarfile.GNU_FORMAT) + bytes(1024)


def sparse():
    info = special(tarfile.GNUTYPE_SPARSE)
    return make.tar_of([INFO, WPD, info])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (make.tar_of([INFO, WPD, ("../../evil", b"x")]), "inside its own folder"),
        (make.tar_of([INFO, WPD, ("/etc/evil", b"x")], ""), "inside its own folder"),
        (make.tar_of([INFO, WPD, ("..\\evil", b"x")], "f"), "inside its own folder"),
        (make.tar_of([INFO, WPD, ("C:/evil", b"x")], ""), "inside its own folder"),
        (make.tar_of([INFO, WPD, special(tarfile.SYMTYPE)]), "a link, a device"),
        (make.tar_of([INFO, WPD, special(tarfile.LNKTYPE)]), "a link, a device"),
        (make.tar_of([INFO, WPD, special(tarfile.CHRTYPE)]), "a link, a device"),
        (make.tar_of([INFO, WPD, special(tarfile.FIFOTYPE)]), "a link, a device"),
        (sparse(), "a link, a device"),
        (huge(), "larger than the archive itself"),
        (make.tar_of([INFO, WPD, WPD]), "twice"),
        (make.tar_of([WPD]), "0 files info.json"),
        (make.tar_of([INFO]), "holds no 'figure2/wpd.json'"),
        (make.tar_of([("info.json", b"[]"), WPD]), "no object"),
        (make.tar_of([("info.json", b'{"json": "../../etc/passwd"}'), WPD]), "holds no"),
        (make.tar_of([("info.json", b'{"json": ["wpd.json"]}'), WPD]), "must be a text"),
        (make.tar_of([("info.json", b'{"images": {"a": 1}}'), WPD]), "other than a list"),
        (make.tar_of([(f"{i}", b"") for i in range(1001)]), "1000 members"),
        (make.project_tar()[:2000], "larger than the archive itself"),
        (make.project_tar()[:700], "tar"),
        (gzip.compress(make.project_tar(), mtime=0), "no R object"),
    ],
)
def test_a_hostile_archive_is_refused_and_nothing_is_written(data, message, tmp_path, monkeypatch):
    folder = tmp_path / "inside"
    folder.mkdir()
    path = write(folder, data)
    monkeypatch.chdir(folder)
    assert message in refusal(path)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["inside", "project"]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_a_bomb_is_refused_before_it_fills_the_memory(pack, tmp_path):
    assert "unpacks to more than" in refusal(write(tmp_path, pack(b"X\n" + bytes(70 * 1024**2))))


def test_a_file_that_is_too_large_is_refused(tmp_path):
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(64 * 1024**2 + 1)
    assert "larger than the 64 MB allowed" in refusal(path)


def test_what_is_no_regular_file_is_refused(tmp_path):
    assert "cannot be opened" in refusal(tmp_path / "missing.json")
    assert "no regular file" in refusal(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    assert "no regular file" in refusal(tmp_path / "pipe")
    with pytest.raises(DigitizeError):
        read("\0")


def test_values_typed_by_hand_are_told_and_not_used(tmp_path):
    points = [make.point(100, 250, [0, 7.5], metadata={"overrides": {"y": 9.9}})]
    path = write(tmp_path, one_series(make.xy_axes(), points))
    assert read_project(path)["y"].tolist() == pytest.approx([7.5])
    assert "typed by hand" in str(read(path).problems[0])
    assert "typed by hand" in refusal(path, strict=True)


def test_too_many_axes_or_data_sets_are_refused(tmp_path):
    many = make.version_4([make.xy_axes()] * 1001, [])
    assert "1001 axes sets; 1000 are allowed" in refusal(write(tmp_path, many))
    many = make.version_4([make.xy_axes()], [make.dataset("A", POINTS)] * 1001)
    assert "1001 data sets; 1000 are allowed" in refusal(write(tmp_path, many))
    points = [make.point(1, 1)] * 200_001
    assert "200001 points" in refusal(write(tmp_path, one_series(make.xy_axes(), points)))


def test_an_archive_packed_anew_with_dots_before_its_names_is_read(tmp_path):
    info = make.as_json({"images": ["a.png"]})
    packed = make.tar_of([("info.json", info), WPD, ("a.png", make.PNG)], "./.")
    project = read(write(tmp_path, packed))
    assert project.images == {"a.png": make.PNG}


def test_an_empty_data_set_is_no_fault(tmp_path):
    content = one_series(make.xy_axes(), [])
    assert "no digitized point" in refusal(write(tmp_path, content))
    content["datasetColl"].append(make.dataset("B", POINTS))
    assert read_project(write(tmp_path, content), strict=True)["series"].tolist() == ["B"]


def test_a_stored_null_is_stale(tmp_path):
    path = write(tmp_path, one_series(make.xy_axes(), [make.point(100, 250, [None, 7.5])]))
    assert read_project(path)["stale"].tolist() == [True]


def survives(data, folder):
    path = folder / "fuzzed"
    path.write_bytes(data)
    try:
        project = read(path)
    except DigitizeError as fault:
        assert "\n" not in str(fault)
    else:
        project.frame()


# Damage to a compressed file would not get past its checksum.
SOURCES = make.files() | {"metadigitise_mean_error": make.mean_error_caldat()}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("name", SOURCES)
@given(data=st.data())
def test_no_damage_to_a_file_causes_another_error(name, data, tmp_path):
    damaged = bytearray(SOURCES[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        with_ = data.draw(st.one_of(st.binary(max_size=6), st.sampled_from([b"-", b"9e9", b'"'])))
        damaged[at : at + data.draw(st.integers(0, 8))] = with_
        if not damaged:
            break
    survives(bytes(damaged[: data.draw(st.integers(0, len(damaged)))] or b"\0"), tmp_path)
    survives(bytes(damaged or b"\0"), tmp_path)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    head=st.sampled_from([b"", b"{", b"<", b"X\n\0\0\0\3", b"x,", b"series,x,y\n", b"\x1f\x8b"]),
    tail=st.binary(max_size=200),
)
def test_no_bytes_cause_another_error(head, tail, tmp_path):
    survives(head + tail, tmp_path)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


def places(content, at=()):
    """Every place in nested lists and objects."""
    entries = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in entries:
        yield (*at, key)
        if isinstance(value, dict | list):
            yield from places(value, (*at, key))


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.sampled_from([make.version_4(), make.version_3()]), data=st.data())
def test_no_value_in_a_project_causes_another_error(content, data, tmp_path):
    content = copy.deepcopy(content)
    *path, last = data.draw(st.sampled_from(list(places(content))))
    block = content
    for key in path:
        block = block[key]
    block[last] = data.draw(json_values)
    survives(json.dumps(content).encode(), tmp_path)


def test_an_archive_in_memory_is_never_unpacked(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("unpacked")

    for name in ("extract", "extractall"):
        monkeypatch.setattr(tarfile.TarFile, name, refuse)
    assert len(read_project(make.FOLDER / "wpd4.tar")) == len(
        read_project(make.FOLDER / "wpd4.json")
    )
