"""Copies for training: the customer who agreed is seen, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.redaction.test_cutting import faces_in
from tests.server.filmed import SECONDS, short_analysis
from unspoken.academy.recordings import recording_of
from unspoken.academy.showings import Showings
from unspoken.academy.training_copies import COPY_NAME, training_copy, write_training_copy
from unspoken.analysis import Analysis
from unspoken.bench.portrait import load_portrait
from unspoken.cli import main
from unspoken.context.consent import Consent
from unspoken.context.record import Context
from unspoken.errors import InputError
from unspoken.media.source import open_source
from unspoken.media.writer import ClipWriter
from unspoken.motion.crop import crop_transform
from unspoken.places import PLACES_NAME, places_bytes
from unspoken.summary import FacePlaces

TODAY = date(2026, 3, 6)
ALONE = Consent("2026-03-02")
RATE_HZ, CROP_PX = 10.0, 192
FRAMES = round(SECONDS * RATE_HZ)


def two_at_the_desk(folder: Path, consent: Consent = ALONE) -> Analysis:
    """The customer in the left half, somebody of the staff in the right, for six seconds."""
    folder.mkdir(parents=True)
    portrait = load_portrait((320, 360), icd_px=30.0)
    picture = np.concatenate([portrait.picture, portrait.picture[:, ::-1]], axis=1)
    with ClipWriter(folder / "film.mp4", (640, 360), RATE_HZ) as writer:
        for number in range(FRAMES):
            writer.add(picture, number / RATE_HZ)
    whole = short_analysis()
    customer = whole.faces[0]
    staff = replace(customer, face_id=customer.face_id + 1, role="staff", measured_s=0.0)
    source = replace(
        whole.source,
        path=str(folder / "film.mp4"),
        bytes=(folder / "film.mp4").stat().st_size,
        container="mov,mp4,m4a,3gp,3g2,mj2",
    )
    analysis = replace(whole, faces=(customer, staff), source=source)
    analysis.save(folder)
    points = portrait.points.astype(np.float32)
    # Measured in the first four seconds; what it looked like later is not known.
    frames = np.arange(round(4.0 * RATE_HZ), dtype=np.int64)
    moved = np.repeat(crop_transform(points, CROP_PX)[None], frames.size, axis=0)
    places = {customer.face_id: FacePlaces(frames, moved.astype(np.float32), CROP_PX)}
    (folder / PLACES_NAME).write_bytes(places_bytes(places))
    Context(consent=consent).save(folder)
    return Analysis.load(folder)


def pictures(path: Path) -> list[NDArray[np.uint8]]:
    with open_source(path) as source:
        return [frame.rgb() for frame in source]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    folder = tmp_path_factory.mktemp("copies") / "visit"
    two_at_the_desk(folder)
    assert main(["academy", "redact", str(folder)]) == 0
    return Analysis.load(folder)


def test_without_a_copy_nobody_is_shown_and_the_way_to_one_is_told(tmp_path: Path) -> None:
    analysis = two_at_the_desk(tmp_path / "visit")
    with pytest.raises(InputError, match="academy redact .*visit makes a copy"):
        recording_of(analysis, Context(consent=ALONE), TODAY)


def test_the_copy_shows_the_customer_and_blurs_the_other(copied: Analysis) -> None:
    found = training_copy(copied)
    assert found is not None
    shown = pictures(found.path)
    assert len(shown) == FRAMES
    half = shown[0].shape[1] / 2
    for picture in shown[2:36:8]:
        (seen,) = faces_in(picture)
        assert seen < half
    # Where the customer was not measured nobody is let through.
    for picture in shown[46::6]:
        assert faces_in(picture) == []


def test_the_copy_is_shown_without_sound_and_only_while_the_customer_agrees(
    copied: Analysis,
) -> None:
    found = recording_of(copied, Context(consent=ALONE), TODAY)
    assert found.redacted and not found.sound and found.path.name.startswith("training-copy")
    with pytest.raises(InputError, match="does not say"):
        recording_of(copied, Context(), TODAY)
    everyone = Consent("2026-03-02", covers="everyone")
    assert not recording_of(copied, Context(consent=everyone), TODAY).redacted


def test_a_copy_of_other_roles_or_a_broken_one_is_not_shown(copied: Analysis) -> None:
    customer, staff = copied.faces
    changed = replace(copied, faces=(replace(customer, role="staff"), staff))
    assert training_copy(changed) is None
    assert copied.folder is not None
    described = copied.folder / COPY_NAME
    kept = described.read_text(encoding="utf-8")
    try:
        described.write_text(kept[:40], encoding="utf-8")
        with pytest.raises(InputError, match=r"training-copy\.json: expected"):
            training_copy(copied)
    finally:
        described.write_text(kept, encoding="utf-8")
    assert training_copy(copied) is not None


def test_two_customers_at_once_give_no_copy(copied: Analysis) -> None:
    customer, staff = copied.faces
    both = replace(copied, faces=(customer, replace(staff, role="customer")))
    with pytest.raises(InputError, match="two customers"):
        write_training_copy(both, Path(copied.source.path))


def test_no_copy_is_made_without_consent_or_where_none_is_needed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two_at_the_desk(tmp_path / "no", Consent())
    two_at_the_desk(tmp_path / "all", Consent("2026-03-02", covers="everyone"))
    assert main(["academy", "redact", str(tmp_path / "no"), str(tmp_path / "all")]) == 2
    told = capsys.readouterr().err
    assert "does not say that the customer agreed" in told and "no copy is needed" in told
    assert not list(tmp_path.rglob("training-copy*"))


def test_the_copy_is_listed_as_one_and_its_marks_stand_apart(copied: Analysis) -> None:
    assert copied.folder is not None
    showings = Showings(copied.folder.parent, recordings=True, today=lambda: TODAY)
    (one,) = (x for x in showings.listed() if x.recording)
    assert one.redacted
    shown = showings.open(one.recording)
    assert shown.recording is not None and shown.recording.redacted
    Context(consent=replace(ALONE, covers="everyone")).save(copied.folder)
    try:
        assert showings.open(one.recording).digest != shown.digest
    finally:
        Context(consent=ALONE).save(copied.folder)
