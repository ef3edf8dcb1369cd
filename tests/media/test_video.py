"""The right picture at the right time, from every container and codec."""

from __future__ import annotations

import gc
import hashlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.media.codedclips import SIZE, coded_picture, flag_interlaced, number_of, write_coded
from unspoken.media.facts import ClockFacts
from unspoken.media.frame import Frame
from unspoken.media.video import VideoSource
from unspoken.media.writer import ClipWriter


def read(path: Path) -> tuple[list[Frame], ClockFacts, VideoSource]:
    with VideoSource(path) as source:
        frames = list(source)
    return frames, source.clock, source


CODECS: list[tuple[str, dict[str, Any]]] = [
    ("h264.mp4", {}),
    ("h264_b.mov", {"bframes": 3, "key_interval": 12}),
    ("h264.mkv", {"bframes": 2}),
    ("h264_444.mp4", {"pix_fmt": "yuv444p"}),
    ("h264_422_10.mov", {"pix_fmt": "yuv422p10le"}),
    ("h264_full.mp4", {"pix_fmt": "yuvj420p"}),
    ("h264.ts", {"bframes": 2}),
    ("h264.avi", {"bframes": 2}),
    (
        "hevc10.mp4",
        {
            "codec": "libx265",
            "pix_fmt": "yuv420p10le",
            "options": {"x265-params": "log-level=none"},
        },
    ),
    ("vp9.webm", {"codec": "libvpx-vp9", "options": {"cpu-used": "8", "b": "0"}}),
    ("mjpeg.avi", {"codec": "mjpeg", "pix_fmt": "yuvj420p"}),
    ("wmv2.wmv", {"codec": "wmv2", "options": {"b": "2000000"}}),
    ("msmpeg4.avi", {"codec": "msmpeg4", "options": {"b": "2000000"}}),
    ("mpeg1.mpg", {"codec": "mpeg1video", "options": {"b": "2000000"}}),
    ("mpeg4.avi", {"codec": "mpeg4", "bframes": 2, "options": {"b": "2000000"}}),
    ("prores.mov", {"codec": "prores_ks", "pix_fmt": "yuv422p10le"}),
    ("ffv1.mkv", {"codec": "ffv1", "pix_fmt": "bgr0"}),
    ("ffv1_grey.mkv", {"codec": "ffv1", "pix_fmt": "gray"}),
    ("ffv1_grey16.mkv", {"codec": "ffv1", "pix_fmt": "gray16le"}),
]


@pytest.mark.parametrize(("name", "settings"), CODECS, ids=[name for name, _ in CODECS])
def test_every_codec_gives_each_picture_its_time(
    tmp_path: Path, name: str, settings: dict[str, Any]
) -> None:
    """Picture n of a constant 25 Hz clip comes out as number n, n/25 s after the first."""
    path = write_coded(tmp_path / name, 30, fps=25, **settings)
    frames, clock, source = read(path)
    assert [number_of(f.luma) for f in frames] == list(range(30))
    assert [f.index for f in frames] == list(range(30))
    times = np.array([f.time_s for f in frames])
    assert times - times[0] == pytest.approx(np.arange(30) / 25, abs=0.00051)
    assert clock.frames == 30
    assert clock.median_rate_hz == pytest.approx(25, rel=0.001)
    assert not clock.variable_rate
    assert not clock.truncated
    assert clock.missing_frames == clock.duplicate_frames == clock.repeated_times == 0
    assert (source.facts.width, source.facts.height) == SIZE
    assert source.notes == ()


def test_variable_rate_times_are_exact(tmp_path: Path) -> None:
    """24 Hz, then 30 Hz: time is what was written, not number over average rate."""
    steps = np.r_[np.full(20, 1 / 24), np.full(20, 1 / 30)]
    times = 1.5 + np.r_[0.0, np.cumsum(steps)]
    path = write_coded(tmp_path / "vfr.mp4", 41, times_s=times, bframes=2)
    frames, clock, _ = read(path)
    assert [f.time_s for f in frames] == pytest.approx(times, abs=0.5 / 90000)
    assert [number_of(f.luma) for f in frames] == list(range(41))
    assert clock.variable_rate
    assert clock.start_s == pytest.approx(1.5)


def test_gaps_and_repeated_pictures_are_counted(tmp_path: Path) -> None:
    """Pictures 10-12 are missing, and 20 to 29 are shown twice each."""
    numbers = [n for n in range(40) for _ in range(2 if 20 <= n < 30 else 1)]
    times = [i / 30 for i in range(len(numbers))]
    keep = [i for i in range(len(numbers)) if i not in (10, 11, 12)]
    path = write_coded(
        tmp_path / "holes.mp4",
        0,
        numbers=[numbers[i] for i in keep],
        times_s=[times[i] for i in keep],
    )
    _, clock, _ = read(path)
    assert clock.missing_frames == 3
    assert np.array(clock.gaps) == pytest.approx(np.array([[9 / 30, 13 / 30]]), abs=1e-4)
    assert clock.duplicate_frames == 10
    assert not clock.variable_rate


@pytest.mark.parametrize(("degrees", "corner"), [(0, "tl"), (90, "tr"), (180, "br"), (270, "bl")])
def test_rotation_metadata_is_applied(tmp_path: Path, degrees: int, corner: str) -> None:
    """A bright corner stored top left is shown where a clockwise turn takes it."""
    stored = np.full((48, 64, 3), 30, np.uint8)
    stored[:16, :16] = (240, 40, 40)
    path = tmp_path / "turned.mp4"
    with ClipWriter(path, (64, 48), 25, crf=10, rotation_deg=degrees) as writer:
        for _ in range(3):
            writer.add(stored)
    frames, _, source = read(path)
    rgb = frames[0].rgb()
    assert rgb.shape == ((48, 64, 3) if degrees % 180 == 0 else (64, 48, 3))
    corners = {"tl": rgb[8, 8], "tr": rgb[8, -8], "bl": rgb[-8, 8], "br": rgb[-8, -8]}
    for name, pixel in corners.items():
        expected = (240, 40, 40) if name == corner else (30, 30, 30)
        assert pixel.astype(int) == pytest.approx(expected, abs=12), name
    assert source.facts.rotation_deg == degrees
    assert (source.facts.width, source.facts.height) == (rgb.shape[1], rgb.shape[0])


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_mirrored_rotation_follows_the_display_matrix(tmp_path: Path, degrees: int) -> None:
    """Matrices with a mirror image move every corner as FFmpeg defines them."""
    path = tmp_path / "mirrored.mp4"
    stored = np.full((48, 64), 60, np.uint8)
    stored[:16, :16] = 220
    container = av.open(str(path), "w")
    stream = container.add_stream("libx264", rate=25)
    stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
    stream.set_display_rotation(degrees, hflip=True)
    for _ in range(2):
        container.mux(stream.encode(av.VideoFrame.from_ndarray(stored, "gray")))
    container.mux(stream.encode())
    container.close()
    with av.open(str(path)) as opened:
        side_data: Any = next(opened.decode(video=0)).side_data
    a, b, _, c, d = np.frombuffer(side_data["DISPLAYMATRIX"], np.int32)[:5] / 65536
    middle = np.array([8 - 32, 8 - 24])  # centre of the bright corner from the picture's centre
    shown = np.array([a * middle[0] + c * middle[1], b * middle[0] + d * middle[1]])
    luma = read(path)[0][0].luma
    x, y = (shown + np.array(luma.shape[::-1]) / 2).round().astype(int)
    assert luma[y, x] > 180
    assert np.count_nonzero(luma > 140) == pytest.approx(256, abs=20)


@pytest.mark.parametrize("aspect", [Fraction(16, 11), Fraction(8, 9), Fraction(4320, 4319)])
def test_anamorphic_pixels_become_square(tmp_path: Path, aspect: Fraction) -> None:
    """A circle stored squeezed is round again; nearly square pixels stay untouched."""
    path = tmp_path / "wide.mp4"
    y, x = np.mgrid[:96, :128]
    inside = ((x - 63.5) * float(aspect)) ** 2 + (y - 47.5) ** 2 < 30**2
    picture = np.where(inside, 220, 40).astype(np.uint8)
    with ClipWriter(path, (128, 96), 25, pixel_aspect=aspect) as writer:
        writer.add(picture)
        writer.add(picture)
    frames, _, source = read(path)
    rows, columns = np.nonzero(frames[0].luma > 128)
    assert np.std(columns) / np.std(rows) == pytest.approx(1.0, abs=0.01)
    assert source.facts.pixel_aspect == pytest.approx(float(aspect))
    expected = (128, 96) if abs(aspect - 1) < 0.01 else None
    assert expected in (None, (source.facts.width, source.facts.height))
    assert frames[0].luma.shape == (source.facts.height, source.facts.width)
    half = ((source.facts.height + 1) // 2, (source.facts.width + 1) // 2)
    assert frames[0].chroma is not None
    assert frames[0].chroma[0].shape == half


@pytest.mark.parametrize("size", [(64, 48), (66, 52), (720, 576)])
@pytest.mark.parametrize("codec", ["libx264", "ffv1"])
def test_interlaced_pictures_are_deinterlaced_one_for_one(
    tmp_path: Path, size: tuple[int, int], codec: str
) -> None:
    """Combs vanish, and each picture keeps its number and its time."""
    count = 6 if size[0] > 100 else 20
    width, height = size
    times = [0.5 + i / 25 + (0.02 if i > count // 2 else 0.0) for i in range(count)]
    settings: dict[str, Any] = (
        {"options": {"x264-params": "interlaced=1", "flags": "+ildct+ilme"}}
        if codec == "libx264"
        else {"codec": codec}
    )
    path = tmp_path / "interlaced.mkv"
    combed: list[float] = []
    with ClipWriter(path, size, None, **settings) as writer:
        for number, time_s in enumerate(times):
            picture = coded_picture(number, size)
            # A bar moving between the two fields: combs when both are shown as one picture.
            for field in (0, 1):
                left = (2 * number + field) * 5 % (width - 16)
                picture[field : height // 2 : 2] = 120
                picture[field : height // 2 : 2, left : left + 12] = 235
            combed.append(_comb(picture[:, :, 0]))
            image = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(format="yuv420p")
            writer.add_image(flag_interlaced(image), round(time_s * 90000))
    frames, clock, source = read(path)
    assert clock.interlaced
    assert [number_of(f.luma) for f in frames] == list(range(count))
    assert [f.time_s for f in frames] == pytest.approx(times, abs=0.00051)
    assert all(f.interlaced for f in frames)
    assert np.median([_comb(f.luma) for f in frames]) < 0.5 * np.median(combed)
    assert any("deinterlaced" in note for note in source.notes)


def _comb(luma: NDArray[np.uint8]) -> float:
    """How much each line of the upper half differs from the mean of its neighbours."""
    lines = luma[2 : luma.shape[0] // 2 - 2].astype(float)
    return float(np.abs(lines[1:-1] - (lines[:-2] + lines[2:]) / 2).mean())


def test_planes_stay_valid_when_the_decoder_has_moved_on(tmp_path: Path) -> None:
    """Pixels of held frames do not change, even after the file is closed."""
    path = write_coded(tmp_path / "clip.mp4", 60)
    held, copies = [], []
    with VideoSource(path) as source:
        for frame in source:
            held.append(frame)
            copies.append(frame.luma.copy())
    del source
    gc.collect()
    assert all(np.array_equal(f.luma, copy) for f, copy in zip(held, copies, strict=True))
    with pytest.raises(ValueError, match="read-only"):
        held[0].luma[0, 0] = 0


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("full.mp4", {"pix_fmt": "yuvj420p"}),
        ("limited.mp4", {"pix_fmt": "yuv420p"}),
        ("rgb.mkv", {"codec": "ffv1", "pix_fmt": "bgr0"}),
        ("422.mkv", {"codec": "ffv1", "pix_fmt": "yuv422p"}),
        ("10bit.mkv", {"codec": "ffv1", "pix_fmt": "yuv420p10le"}),
        ("alpha.mkv", {"codec": "ffv1", "pix_fmt": "bgra"}),
    ],
)
def test_colours_survive(tmp_path: Path, name: str, settings: dict[str, Any]) -> None:
    """Range and matrix are told right: what goes in as RGB comes out as RGB."""
    colours = [(200, 60, 40), (40, 160, 70), (50, 70, 190), (128, 128, 128), (250, 250, 250)]
    picture = np.zeros((64, 160, 3), np.uint8)
    for i, colour in enumerate(colours):
        picture[:, 32 * i : 32 * (i + 1)] = colour
    path = tmp_path / name
    with ClipWriter(path, (160, 64), 25, **{"crf": 8, **settings}) as writer:
        writer.add(picture)
        writer.add(picture)
    rgb = read(path)[0][0].rgb().astype(int)
    for i, colour in enumerate(colours):
        assert rgb[32, 32 * i + 16] == pytest.approx(colour, abs=5)


def test_grey_footage_has_no_chroma_and_full_range(tmp_path: Path) -> None:
    path = tmp_path / "grey.mkv"
    ramp = np.tile(np.linspace(0, 255, 64).astype(np.uint8), (48, 1))
    with ClipWriter(path, (64, 48), 25, codec="ffv1", pix_fmt="gray") as writer:
        writer.add(ramp)
    frame = read(path)[0][0]
    assert frame.chroma is None
    assert np.array_equal(frame.rgb()[:, :, 1], ramp)


def test_odd_sizes_have_rounded_up_chroma(tmp_path: Path) -> None:
    path = tmp_path / "odd.mkv"
    picture = np.full((35, 51, 3), 99, np.uint8)
    with ClipWriter(path, (51, 35), 25, codec="ffv1") as writer:
        writer.add(picture)
    frame = read(path)[0][0]
    assert frame.luma.shape == (35, 51)
    assert frame.chroma is not None
    assert frame.chroma[0].shape == (18, 26)
    assert frame.rgb() == pytest.approx(picture, abs=2)


def test_one_picture_works(tmp_path: Path) -> None:
    frames, clock, source = read(write_coded(tmp_path / "one.mp4", 1))
    assert len(frames) == clock.frames == 1
    assert not clock.micro_possible
    assert source.expected_frames == 1


def test_edit_list_hides_what_was_cut(tmp_path: Path) -> None:
    """A copy cut at 0.5 s keeps the pictures before it in the file, but they are not shown."""
    whole = write_coded(tmp_path / "whole.mp4", 50, bframes=2, key_interval=50)
    cut = tmp_path / "cut.mp4"
    with av.open(str(whole)) as source, av.open(str(cut), "w") as target:
        stream_in = source.streams.video[0]
        stream_out = target.add_stream_from_template(stream_in)
        assert stream_in.time_base is not None
        shift = round(0.5 / stream_in.time_base)
        for packet in source.demux(stream_in):
            if packet.dts is None or packet.pts is None:
                continue
            packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
            packet.stream = stream_out
            target.mux(packet)
    frames, clock, _ = read(cut)
    shown = [number_of(f.luma) for f in frames]
    assert shown == list(range(shown[0], 50))
    assert shown[0] in (12, 13)
    assert [f.time_s for f in frames] == pytest.approx([n / 25 - 0.5 for n in shown], abs=0.021)
    assert clock.repeated_times == 0
    assert not clock.truncated


def test_clock_and_facts_can_be_asked_half_way(tmp_path: Path) -> None:
    """An interrupted run knows what it has read and the digest of the whole file."""
    path = write_coded(tmp_path / "clip.mp4", 40)
    with VideoSource(path) as source:
        assert source.facts.sha256 in ("", hashlib.sha256(path.read_bytes()).hexdigest())
        for frame in source:
            if frame.index == 9:
                break
        assert source.clock.frames == 10
        assert not source.clock.truncated
        assert source.finish_facts().sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert source.expected_frames == 40
        assert source.expected_duration_s == pytest.approx(1.6)
        rest = [f.index for f in source]
    assert rest == list(range(10, 40))
    source.close()


def test_interlace_and_damage_leave_nothing_open(tmp_path: Path) -> None:
    """A source that is opened and closed unread releases its file and thread."""
    path = write_coded(tmp_path / "clip.mp4", 5)
    with VideoSource(path):
        pass
    path.unlink()


def test_closed_source_leaves_no_picture_behind(tmp_path: Path) -> None:
    """No knots of references: memory is free at once, not at the next garbage collection."""
    path = write_coded(tmp_path / "clip.mp4", 5, rotation_deg=90)
    gc.collect()
    gc.disable()
    try:
        with VideoSource(path) as source:
            assert len(list(source)) == 5
        del source
        assert not [o for o in gc.get_objects() if isinstance(o, av.VideoFrame)]
    finally:
        gc.enable()


def test_joined_recordings_go_on_in_time(tmp_path: Path) -> None:
    """MPEG files joined byte by byte: the second part's clock starts again and is carried on."""
    part = write_coded(
        tmp_path / "part.mpg", 30, codec="mpeg1video", options={"b": "2000000"}, bframes=0
    )
    joined = tmp_path / "joined.mpg"
    joined.write_bytes(part.read_bytes() * 2)
    frames, clock, source = read(joined)
    times = np.array([f.time_s for f in frames])
    assert [number_of(f.luma) for f in frames] == [*range(30), *range(30)]
    assert (np.diff(times) > 0).all()
    assert times[-1] - times[0] == pytest.approx(59 / 25, abs=0.2)
    assert clock.repeated_times >= 1
    assert any("went back" in note for note in source.notes)


def test_size_that_changes_midway_is_scaled_to_the_first(tmp_path: Path) -> None:
    """Streams recorded from a call change size; the frames do not, and the notes say so."""
    large = write_coded(tmp_path / "large.ts", 20, size=(256, 192))
    small = write_coded(tmp_path / "small.ts", 20)
    joined = tmp_path / "joined.ts"
    joined.write_bytes(large.read_bytes() + small.read_bytes())
    frames, _, source = read(joined)
    assert {f.luma.shape for f in frames} == {(192, 256)}
    assert [number_of(f.luma) for f in frames] == [*range(20), *range(20)]
    assert "Pictures stored in another size and scaled to the first: 20." in source.notes


def test_a_stated_rate_is_not_used_and_said_so(tmp_path: Path) -> None:
    with VideoSource(write_coded(tmp_path / "clip.mp4", 5), fps=100) as source:
        assert [f.time_s for f in source] == pytest.approx([0, 0.04, 0.08, 0.12, 0.16])
        assert any("own clock" in note for note in source.notes)
