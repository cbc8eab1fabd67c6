"""Small digitizer's files of every format, with our own invented figure; run me to write them.

The figure has visits 0 to 12 months and HbA1c 5 to 9 %; its pixels are whole numbers, so that the
values can be checked by hand: 50 px a month from px 100, 100 px a % down from py 500.
"""

from __future__ import annotations

import gzip
import io
import json
import struct
import tarfile
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "data" / "digitize"


def click(px, py, dx="0", dy="0"):
    return {"px": px, "py": py, "dx": dx, "dy": dy, "dz": None}


def xy_axes(name="XY", clicks=None, **flags):
    """XY axes with 50 px a month and -100 px a %."""
    clicks = clicks or [
        click(100, 500, "0", "5"),
        click(700, 500, "12", "5"),
        click(100, 500, "0", "5"),
        click(100, 100, "0", "9"),
    ]
    flags = {"isLogX": False, "isLogY": False, "noRotation": False} | flags
    return {"name": name, "type": "XYAxes", **flags, "calibrationPoints": clicks}


def bar_axes(name="Bars", clicks=None, **flags):
    clicks = clicks or [click(50, 400, 0, "0"), click(50, 200, 0, "100")]
    return {"name": name, "type": "BarAxes", "isLog": False, "calibrationPoints": clicks} | flags


def dataset(name, points, axes="XY", **more):
    return {"name": name, "axesName": axes, "metadataKeys": [], "data": points, **more}


def point(x, y, value=None, **more):
    return {"x": x, "y": y, **({} if value is None else {"value": value}), **more}


def version_4(axes=None, datasets=None):
    """A project with point groups, a stale value, bars, a log axis, dates and polar axes."""
    roles = [(0, 250, 0, 0), (0, 230, 0, 1), (0, 270, 0, 2), (300, 300, 1, 0), (300, 270, 1, 1)]
    means = [
        point(100 + dx, y, [dx / 50, (1000 - y) / 100], tuple=place, group=role)
        for dx, y, place, role in [*roles, (300, 320, 1, 2)]
    ]
    log = [click(0, 400, "1", "1"), click(400, 400, "1e4", "1"), click(0, 400, "1", "-1")]
    dated = [click(0, 0, "2010/1/1"), click(365, 0, "2011/1/1"), click(0, 100, "0", "0")]
    coordinates = {
        "axesColl": [
            xy_axes(),
            bar_axes(),
            xy_axes("Log", [*log, click(0, 0, "1", "-100")], isLogX=True, isLogY=True),
            xy_axes("Dated", [*dated, click(0, 0, "0", "1")]),
            {"name": "Polar", "type": "PolarAxes", "calibrationPoints": [click(0, 0)] * 3},
        ]
        if axes is None
        else axes,
        "datasetColl": [
            dataset("Treated", means, groupNames=["Mean", "Upper", "Lower"]),
            dataset("Saline", [point(100, 180, [0, 8.2]), point(400, 200, [6, 7.9])]),
            dataset(
                "Insulin free",
                [
                    point(90, 360, [20], metadata=["WJ-MSC"]),
                    point(190, 400, [0], metadata={"label": "Saline"}),
                ],
                "Bars",
                metadataKeys=["Label"],
            ),
            dataset("Autoantibody", [point(200, 200, [100, -10])], "Log"),
            dataset("Enrolled", [point(31, 50, [1264982400000, 0.5])], "Dated"),
            dataset("Direction", [point(1, 1, [1, 1])], "Polar"),
        ]
        if datasets is None
        else datasets,
    }
    return {"version": [4, 2], **coordinates, "measurementColl": []}


def version_3():
    axes = xy_axes()
    return {
        "wpd": {
            "version": [3, 8],
            "axesType": "XYAxes",
            "axesParameters": {"isLogX": False, "isLogY": False},
            "calibration": axes["calibrationPoints"],
            "dataSeries": [
                {"name": "Treated", "data": [point(100, 250, [0, 7.5])], "metadataKeys": []},
                {"name": "Saline", "data": [point(400, 200, [6, 8.0])], "metadataKeys": []},
            ],
            "distanceMeasurementData": None,
            "angleMeasurementData": None,
        }
    }


def as_json(content):
    return json.dumps(content).encode()


def tar_of(members, folder="figure2"):
    """A tar of (name, content) or TarInfo members, with fixed times and owners."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
                continue
            name, content = member
            info = tarfile.TarInfo(f"{folder}/{name}" if folder else name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c6360000000020001485b2bb40000000049454e44ae426082"
)


def project_tar():
    info = {"version": [4, 0], "json": "wpd.json", "images": ["figure2.png"]}
    members = [("info.json", as_json(info)), ("wpd.json", as_json(version_4()))]
    return tar_of([*members, ("figure2.png", PNG)])


def dig(axis_points=None, coords="", doctype="<!DOCTYPE engauge>", curves=None):
    """An Engauge document; axis points are (px, py, x, y), curves name to [(px, py)]."""
    axis_points = axis_points or [(100, 500, 0, 5), (700, 500, 12, 5), (100, 100, 0, 9)]
    curves = curves or {"Treated": [(100, 250), (400, 300)], "Saline": [(100, 180)]}

    def entry(px, py, graph=None):
        told = "" if graph is None else f'<PositionGraph X="{graph[0]}" Y="{graph[1]}"/>'
        return (
            f'<Point IsAxisPoint="{graph is not None}" IsXOnly="False">'
            f'<PositionScreen X="{px}" Y="{py}"/>{told}</Point>'
        )

    def curve(name, points):
        return f'<Curve CurveName="{name}"><CurvePoints>{"".join(points)}</CurvePoints></Curve>'

    axes = curve("Axes", [entry(px, py, (x, y)) for px, py, x, y in axis_points])
    graphs = "".join(curve(name, [entry(*p) for p in points]) for name, points in curves.items())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{doctype}\n<Document VersionNumber="12.1">'
        f'<Image Width="800" Height="600"><![CDATA[AAAA]]></Image><CoordSystem>'
        f'<Coords Type="0" TypeString="Cartesian" {coords}/>{axes}'
        f"<CurvesGraphs>{graphs}</CurvesGraphs></CoordSystem></Document>\n"
    ).encode()


# R's serialization, version 3 in XDR form, as saveRDS writes it.
def _head(kind, attributes=False, tag=False, more=0):
    return struct.pack(">I", kind | 0x200 * attributes | 0x400 * tag | more)


def _chars(text):
    if text is None:
        return _head(9) + struct.pack(">i", -1)
    raw = text.encode()
    return _head(9, more=0x40000) + struct.pack(">i", len(raw)) + raw


def _attributes(attributes):
    pairs = b"".join(
        _head(2, tag=True) + _head(1) + _chars(k) + r(v) for k, v in attributes.items()
    )
    return pairs + _head(254) if attributes else b""


def r(value, attributes=None):
    """The bytes of an R object: a list or dict, numbers, or texts."""
    attributes = dict(attributes or {})
    if isinstance(value, dict):
        attributes = {"names": list(value), **attributes}
        value = list(value.values())
        kind, body = 19, b"".join(v if isinstance(v, bytes) else r(v) for v in value)
    elif all(isinstance(v, str) or v is None for v in value) and value:
        kind, body = 16, b"".join(_chars(v) for v in value)
    elif all(isinstance(v, bool) for v in value) and value:
        kind, body = 10, struct.pack(f">{len(value)}i", *value)
    elif all(isinstance(v, int) for v in value) and value:
        kind, body = 13, struct.pack(f">{len(value)}i", *value)
    else:
        kind, body = 14, struct.pack(f">{len(value)}d", *value)
    head = _head(kind, bool(attributes)) + struct.pack(">i", len(value))
    return head + body + _attributes(attributes)


def frame(**columns):
    n = len(next(iter(columns.values())))
    return r(columns, {"row.names": [-(2**31), -n], "class": ["data.frame"]})


def rds(body):
    head = struct.pack(">iii", 3, 0x040300, 0x030500) + struct.pack(">i", 5) + b"UTF-8"
    return b"X\n" + head + body


def caldat(plot="mean_error", clicks=None, values=None, raw=None, **more):
    """A metaDigitise object: HbA1c with standard errors; its pixels count upwards."""
    clicks = clicks or [(60.0, 100.0), (60.0, 500.0)]
    raw = raw or frame(
        id=["Treated", "Treated", "Saline", "Saline"],
        x=[200.0, 200.0, 300.0, 300.0],
        y=[280.0, 250.0, 400.0, 380.0],
        n=[15.0, 15.0, 14.0, 14.0],
    )
    return rds(
        r(
            {
                "image_name": ["figure2.png"],
                "plot_type": [plot],
                "calpoints": frame(x=[c[0] for c in clicks], y=[c[1] for c in clicks]),
                "point_vals": r(values or [5.0, 9.0], {"names": ["y1", "y2"]}),
                "raw_data": raw,
                "error_type": ["se"],
                **more,
            },
            {"class": ["metaDigitise"]},
        )
    )


def mean_error_caldat():
    processed = frame(id=["Treated", "Saline"], mean=[6.5, 7.7], error=[0.3, 0.2])
    return caldat(processed_data=processed)


WPD_TABLE = """\
Treated,,Saline,,Insulin free,
X,Y,X,Y,Label,Y
0,7.5,0,8.2,WJ-MSC,20
6,7,6,8,Saline,0
12,6.8,,,,
"""
LONG_TABLE = """\
series,x,y,statistic
Treated,0,7.5,mean
Treated,0,7.7,upper
Treated,0,7.3,lower
Treated,6,7,mean
Treated,6,7.3,upper
Treated,6,6.8,lower
Saline,0,8.2,mean
Saline,0,8.5,upper
"""
ONE_LINE_TABLE = "x,Treated,Saline\n0,7.5,8.2\n3,7.1,\n6,,8\n"
BLOCK_TABLE = "x,Treated\n0,7.5\n6,7\n\nx,Saline\n0,8.2\n6,8\n"


def files():
    """All files by name."""
    return {
        "wpd4.json": as_json(version_4()),
        "wpd3.json": as_json(version_3()),
        "wpd4.tar": project_tar(),
        "wpd_export.csv": WPD_TABLE.encode(),
        "long.csv": LONG_TABLE.encode(),
        "engauge.dig": dig(),
        "engauge_one_line.csv": ONE_LINE_TABLE.encode(),
        "engauge_blocks.csv": BLOCK_TABLE.encode(),
        "metadigitise_mean_error": gzip.compress(mean_error_caldat(), mtime=0),
    }


if __name__ == "__main__":
    for name, content in files().items():
        (FOLDER / name).write_bytes(content)
