"""Results to export: planted events with a context, and hypothesis strategies for contexts."""

from __future__ import annotations

from functools import lru_cache

from hypothesis import strategies as st

from tests.report.samples import sample_analysis
from unspoken.analysis import Analysis
from unspoken.context.record import Context
from unspoken.context.timeline import Segment, Timeline
from unspoken.context.transcript import Transcript, Utterance
from unspoken.exports.material import Material
from unspoken.reading.moments import Moment, Signal

CONTEXT = Context(
    Timeline(
        (
            Segment("s1", "step", "intro", 0.0, 10.0, {"product": "X & <Y>"}, "a.csv"),
            Segment("s2", "step", "démo", 8.0, 20.5, {}, "a.csv"),
            Segment("s3", "topic", "price", 12.0, 12.0, {"note": "|,()"}, "a.csv"),
        )
    ),
    Transcript(
        (
            Utterance("Ana", 1.0, 2.5, "And the price?"),
            Utterance("Ben", 2.0, 4.0, "很好 & <fine>"),
            Utterance("", 5.0, 6.0, "hm"),
        ),
        {"Ana": "customer"},
        "en",
    ),
    "C-17",
    {"channel": "video"},
    {"csat": 4.0, "bought": "no"},
)
MOMENTS = (
    Moment(
        *("m1", "1-1", 1, "micro", 3.2, 3.33, 3.53),
        {"AU4L": 0.12, "AU4R": 0.12},
        {"anger": 0.4, "other": 0.6},
        "Consistent with anger or concentration.",
        ("s1",),
        "Ben",
        "very good",
        2.0,
        (Signal("confusion", 0.7, "brows", ("AU4L",), "Pause. Ask."),),
        ("blink",),
    ),
)


@lru_cache(maxsize=1)
def _sample() -> Analysis:
    return sample_analysis()


def material(*, moments: bool = False, context: Context = CONTEXT) -> Material:
    """The planted sample with a context, with or without moments."""
    return Material(_sample(), context, MOMENTS if moments else ())


text = st.text(st.characters(codec="utf-8"), max_size=10)
#: What people write: no control characters, some text.
words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cn", "Co", "Zl", "Zp")),
    min_size=1,
    max_size=12,
).filter(lambda s: bool(s.strip()))
seconds = st.floats(-20.0, 4000.0)
milliseconds = st.integers(0, 4_000_000).map(lambda ms: ms / 1000.0)


@st.composite
def segments(
    draw: st.DrawFn,
    names: st.SearchStrategy[str] = text,
    times: st.SearchStrategy[float] = seconds,
) -> tuple[Segment, ...]:
    """Segments with any names and times, overlapping and empty ones among them."""
    rows = draw(
        st.lists(
            st.tuples(
                names.filter(bool), names, times, times, st.dictionaries(names, names, max_size=2)
            ),
            max_size=5,
        )
    )
    return tuple(
        Segment(f"s{i}", kind, label, min(a, b), max(a, b), tags, "x.eaf")
        for i, (kind, label, a, b, tags) in enumerate(rows)
    )


@st.composite
def utterances(
    draw: st.DrawFn,
    names: st.SearchStrategy[str] = text,
    times: st.SearchStrategy[float] = seconds,
) -> tuple[Utterance, ...]:
    """Utterances of several speakers, overlapping."""
    rows = draw(st.lists(st.tuples(names, times, times, names), max_size=5))
    return tuple(Utterance(who, min(a, b), max(a, b), said) for who, a, b, said in rows)
