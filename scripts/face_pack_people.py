"""The people of the face pack: none of them exists; every trait is a number in this table."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["PEOPLE", "TONES", "Person"]

#: Skin tones, sRGB of the cheek in even light, light to dark.
TONES: dict[str, tuple[int, int, int]] = {
    "light-1": (229, 189, 170),
    "light-2": (224, 181, 158),
    "light-3": (217, 176, 148),
    "medium-1": (200, 154, 126),
    "medium-2": (181, 134, 107),
    "medium-3": (160, 114, 88),
    "dark-1": (129, 88, 67),
    "dark-2": (106, 71, 54),
    "dark-3": (84, 57, 45),
}


@dataclass(frozen=True)
class Person:
    """One synthetic identity.

    Parameters
    ----------
    name : str
        Short code, used in scenes.
    sex : {"female", "male"}
        What the face is shaped as.
    band : {"young", "middle", "older"}
        Age band: 20-34, 35-54, 55 and more.
    tone : str
        Key of `TONES`.
    pool : {"training", "test"}
        Faces of the test pool are shown in tests only.
    age : float
        0.5 is 25 years, 1.0 is 90.
    kin : tuple of float
        Shares of the shape library's three groups.
    hair : str
        A style of ``face_pack_hair.py``.
    hair_colour : tuple of float
        Linear RGB.
    brow : int
        Which eyebrow mesh.
    eye : str
        Which iris.
    weight : float
        0 slim to 1 heavy.
    local : dict
        Further shape targets; ``/*`` stands for both sides.
    freckles, beard : float
        0 to 1.
    brow_tilt : float
        Degrees by which the brows' inner ends are raised against the mesh they come from.
    rest : dict
        Amplitudes added to the resting face by unit, both sides alike, where its shape alone looks
        stern: lowered brows are undone by a negative AU4, drooping lip corners by a negative AU15.
    """

    name: str
    sex: str
    band: str
    tone: str
    pool: str
    age: float
    kin: tuple[float, float, float]
    hair: str
    hair_colour: tuple[float, float, float]
    brow: int
    eye: str
    weight: float = 0.5
    local: dict[str, float] = field(default_factory=dict)
    freckles: float = 0.0
    beard: float = 0.0
    brow_tilt: float = 2.0
    rest: dict[str, float] = field(default_factory=dict)

    @property
    def male(self) -> float:
        """How male the shape is, 0 to 1."""
        return 0.92 if self.sex == "male" else 0.06


_BLACK = (0.012, 0.010, 0.009)
_DARK = (0.030, 0.019, 0.012)
_BROWN = (0.075, 0.042, 0.022)
_CHESTNUT = (0.120, 0.055, 0.026)
_SAND = (0.260, 0.165, 0.085)
_GREY = (0.230, 0.220, 0.210)
_WHITE = (0.500, 0.480, 0.450)
_SALT = (0.085, 0.078, 0.072)

PEOPLE: tuple[Person, ...] = (
    Person(
        "f01",
        "female",
        "young",
        "light-1",
        "training",
        0.53,
        (1, 0, 0),
        "back",
        _CHESTNUT,
        1,
        "blue",
        0.45,
        {"head/head-oval": 0.4, "nose/nose-point-up": 0.3, "mouth/mouth-upperlip-volume-incr": 0.2},
        freckles=0.7,
        rest={"AU4": -0.15},
    ),
    Person(
        "f02",
        "female",
        "young",
        "medium-2",
        "training",
        0.54,
        (0.5, 0.2, 0.5),
        "bob",
        _DARK,
        3,
        "brown",
        0.5,
        {
            "head/head-diamond": 0.3,
            "mouth/mouth-lowerlip-volume-incr": 0.3,
            "cheek/*cheek-bones-incr": 0.3,
        },
        brow_tilt=6.0,
    ),
    Person(
        "f03",
        "female",
        "young",
        "dark-2",
        "test",
        0.53,
        (0, 0.1, 1),
        "afro",
        _BLACK,
        3,
        "brown",
        0.45,
        {"head/head-oval": 0.3, "nose/nose-scale-horiz-decr": 0.2},
        brow_tilt=8.0,
    ),
    Person(
        "f04",
        "female",
        "middle",
        "light-3",
        "training",
        0.62,
        (0.05, 1, 0),
        "bob",
        _BLACK,
        1,
        "brown",
        0.5,
        {"head/head-oval": 0.2, "cheek/*cheek-bones-incr": 0.3, "eyes/*eye-height2-incr": 0.25},
        rest={"AU4": -0.25, "AU1": 0.1},
    ),
    Person(
        "f05",
        "female",
        "middle",
        "medium-1",
        "test",
        0.64,
        (0.8, 0.2, 0.2),
        "side",
        _BROWN,
        2,
        "brownlight",
        0.6,
        {"head/head-round": 0.35, "nose/nose-hump-incr": 0.15},
        brow_tilt=8.0,
    ),
    Person(
        "f06",
        "female",
        "middle",
        "dark-1",
        "training",
        0.62,
        (0.2, 0, 1),
        "back",
        _BLACK,
        5,
        "brown",
        0.6,
        {"head/head-round": 0.2, "mouth/mouth-scale-horiz-incr": 0.2},
        brow_tilt=8.0,
    ),
    Person(
        "f07",
        "female",
        "older",
        "light-2",
        "test",
        0.86,
        (1, 0.1, 0),
        "bob",
        _WHITE,
        8,
        "bluegreen",
        0.55,
        {"head/head-oval": 0.3, "mouth/mouth-upperlip-volume-incr": 0.2},
        brow_tilt=7.0,
        rest={"AU4": -0.15, "AU12": 0.03},
    ),
    Person(
        "f08",
        "female",
        "older",
        "medium-3",
        "training",
        0.86,
        (0.5, 0.4, 0.4),
        "back",
        _GREY,
        7,
        "brown",
        0.65,
        {"head/head-round": 0.3, "nose/nose-scale-horiz-incr": 0.15},
    ),
    Person(
        "f09",
        "female",
        "older",
        "dark-3",
        "training",
        0.84,
        (0, 0, 1),
        "short",
        _GREY,
        2,
        "brown",
        0.6,
        {"head/head-oval": 0.4, "cheek/*cheek-bones-incr": 0.3},
    ),
    Person(
        "m01",
        "male",
        "young",
        "light-2",
        "test",
        0.54,
        (1, 0, 0),
        "short",
        _SAND,
        10,
        "green",
        0.5,
        {"head/head-rectangular": 0.2, "chin/chin-width-incr": 0.2},
        beard=0.25,
        brow_tilt=8.0,
    ),
    Person(
        "m02",
        "male",
        "young",
        "medium-1",
        "training",
        0.54,
        (0.15, 1, 0),
        "short",
        _BLACK,
        9,
        "brown",
        0.45,
        {"head/head-oval": 0.3, "eyes/*eye-height2-incr": 0.2},
        beard=0.1,
        brow_tilt=0.0,
        rest={"AU4": -0.2, "AU12": 0.08},
    ),
    Person(
        "m03",
        "male",
        "young",
        "dark-3",
        "training",
        0.55,
        (0, 0, 1),
        "buzz",
        _BLACK,
        10,
        "brown",
        0.5,
        {"head/head-oval": 0.3, "nose/nose-scale-horiz-decr": 0.15},
        beard=0.3,
        brow_tilt=8.0,
    ),
    Person(
        "m04",
        "male",
        "middle",
        "light-1",
        "training",
        0.64,
        (1, 0, 0.05),
        "short",
        _BROWN,
        9,
        "grey",
        0.6,
        {"head/head-square": 0.25, "nose/nose-scale-vert-incr": 0.2},
        beard=0.45,
        brow_tilt=0.0,
        rest={"AU4": -0.1, "AU12": 0.06},
    ),
    Person(
        "m05",
        "male",
        "middle",
        "medium-3",
        "training",
        0.62,
        (0.6, 0.1, 0.5),
        "short",
        _BLACK,
        12,
        "brown",
        0.55,
        {"head/head-rectangular": 0.25, "nose/nose-hump-incr": 0.25},
        beard=0.6,
        brow_tilt=5.0,
        rest={"AU4": -0.3, "AU1": 0.1},
    ),
    Person(
        "m06",
        "male",
        "middle",
        "dark-1",
        "test",
        0.63,
        (0.1, 0, 1),
        "buzz",
        _BLACK,
        10,
        "brown",
        0.6,
        {"head/head-square": 0.25, "chin/chin-width-incr": 0.2},
        beard=0.4,
        brow_tilt=8.0,
    ),
    Person(
        "m07",
        "male",
        "older",
        "light-3",
        "training",
        0.86,
        (0.4, 0.8, 0),
        "short",
        _GREY,
        9,
        "brown",
        0.55,
        {"head/head-round": 0.2, "eyes/*eye-height2-incr": 0.2},
        beard=0.15,
        brow_tilt=1.0,
        rest={"AU4": -0.15, "AU12": 0.08},
    ),
    Person(
        "m08",
        "male",
        "older",
        "medium-2",
        "test",
        0.86,
        (0.8, 0.2, 0.3),
        "ring",
        _SALT,
        12,
        "brown",
        0.65,
        {"head/head-round": 0.25, "nose/nose-volume-incr": 0.2},
        beard=0.4,
        brow_tilt=4.0,
        rest={"AU4": -0.35, "AU1": 0.1, "AU12": 0.04, "AU15": -0.12},
    ),
    Person(
        "m09",
        "male",
        "older",
        "dark-2",
        "training",
        0.84,
        (0, 0, 1),
        "buzz",
        _SALT,
        10,
        "brown",
        0.55,
        {"head/head-oval": 0.3, "cheek/*cheek-bones-incr": 0.3},
        beard=0.35,
        brow_tilt=8.0,
    ),
)
