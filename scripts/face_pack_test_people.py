"""Six more people for tests, so that each of the four forms has three faces.

Together with the six of ``face_pack_people.py`` there are two of each sex and age band, and four
of each group of skin tones.
"""

from __future__ import annotations

from face_pack_people import Person

__all__ = ["TEST_PEOPLE"]

_BLACK = (0.012, 0.010, 0.009)
_AUBURN = (0.150, 0.052, 0.022)
_BROWN = (0.075, 0.042, 0.022)
_ASH = (0.180, 0.130, 0.085)
_GREY = (0.230, 0.220, 0.210)
_SALT = (0.085, 0.078, 0.072)

TEST_PEOPLE: tuple[Person, ...] = (
    Person(
        "f10",
        "female",
        "young",
        "medium-3",
        "test",
        0.55,
        (0.3, 0.5, 0.4),
        "bob",
        _BLACK,
        3,
        "brown",
        0.4,
        {
            "head/head-invertedtriangular": 0.35,
            "nose/nose-scale-vert-decr": 0.2,
            "mouth/mouth-upperlip-volume-incr": 0.3,
        },
        brow_tilt=6.0,
    ),
    Person(
        "f11",
        "female",
        "middle",
        "light-1",
        "test",
        0.66,
        (0.9, 0.2, 0.0),
        "side",
        _AUBURN,
        1,
        "green",
        0.55,
        {"head/head-square": 0.25, "nose/nose-point-up": 0.25, "cheek/*cheek-bones-incr": 0.25},
        freckles=0.45,
        brow_tilt=6.0,
        rest={"AU4": -0.25},
    ),
    Person(
        "f12",
        "female",
        "older",
        "dark-1",
        "test",
        0.82,
        (0.1, 0.1, 1),
        "afro",
        _SALT,
        5,
        "brown",
        0.7,
        {"head/head-round": 0.4, "mouth/mouth-scale-horiz-incr": 0.2},
        brow_tilt=8.0,
    ),
    Person(
        "m10",
        "male",
        "young",
        "dark-3",
        "test",
        0.53,
        (0.15, 0.0, 1),
        "afro",
        _BLACK,
        10,
        "brown",
        0.4,
        {"head/head-rectangular": 0.3, "nose/nose-scale-vert-incr": 0.15},
        beard=0.2,
        brow_tilt=8.0,
    ),
    Person(
        "m11",
        "male",
        "middle",
        "medium-2",
        "test",
        0.66,
        (0.3, 0.7, 0.2),
        "short",
        _BROWN,
        12,
        "brownlight",
        0.5,
        {
            "head/head-diamond": 0.3,
            "nose/nose-scale-horiz-incr": 0.2,
            "eyes/*eye-height2-incr": 0.2,
        },
        beard=0.5,
        brow_tilt=4.0,
        rest={"AU4": -0.3, "AU1": 0.1},
    ),
    Person(
        "m12",
        "male",
        "older",
        "light-3",
        "test",
        0.8,
        (1, 0.1, 0.1),
        "short",
        _GREY,
        12,
        "blue",
        0.45,
        {"head/head-oval": 0.35, "nose/nose-hump-incr": 0.3, "chin/chin-width-incr": 0.15},
        beard=0.55,
        brow_tilt=3.0,
        rest={"AU4": -0.35, "AU1": 0.1, "AU12": 0.04, "AU15": -0.12},
    ),
)
