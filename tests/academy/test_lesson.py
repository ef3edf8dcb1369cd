"""Reading lessons: what is written is what comes out, and every fault has its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.academy.lesson import parse_lesson, text_html
from unspoken.academy.lesson_blocks import Check, Face, Text, described
from unspoken.academy.lesson_files import read_captions
from unspoken.academy.library import SHIPPED, Library, check_lessons, lesson_files
from unspoken.errors import InputError, SourceNotFound, UsageError

HEAD = "---\ntitle: A title\nminutes: 3\n---\n"
FACE = "```face\nexpression: fear\ncaption: Fear.\n```\n"
CHECK = "```check\nquestion: Q?\nchoices: [A, B]\nanswer: B\nwhy: So.\n```\n"


def fault(text: str, name: str = "x") -> str:
    with pytest.raises(InputError) as caught:
        parse_lesson(text, name)
    return str(caught.value)


def test_a_lesson_is_its_blocks_in_order_with_their_lines() -> None:
    lesson = parse_lesson(f"{HEAD}Words.\n\n{FACE}\n{CHECK}More.\n", "x")
    assert [(type(b), b.line) for b in lesson.blocks] == [
        (Text, 5),
        (Face, 7),
        (Check, 12),
        (Text, 18),
    ]
    assert described(lesson.checks[0])["answer"] == "B"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("# Title\n", "x.md, line 5: the title stands in the head"),
        ("a\n\n```face\nperson: f99\ncaption: a\n```\n", "x.md, line 8: person: there is no face"),
        ("```face\ncaption: a\nunits:\n  AU4: 1\n  AU99: 1\n```\n", "line 9: units.AU99: AU99 is"),
        ("```face\nexpression: joy\ncaption: a\n```\n", "line 6: expression: Input should be"),
        ("```face\nexpression: fear\n```\n", "line 5: a face needs words"),
        ("```face\nsteps:\n  - say: a\ncaption: b\n```\n", "a face with steps has no pose"),
        ("```face\ncaption: a\nvariant: 5\nexpression: fear\n```\n", "fear has 2 variants"),
        ("```face\n```\n", "line 6: nothing is in it"),
        ("```face\ncaption: [\n```\n", "line 7: not valid YAML"),
        ("```fcae\n```\n", "line 5: a block named 'fcae' is unknown"),
        ("- a\n\n  ```face\n  caption: a\n  ```\n", "line 7: a face stands inside a list"),
        (CHECK.replace("answer: B", "answer: C"), "the answer 'C' is none of the choices"),
        (CHECK.replace("[A, B]", "[yes, no]"), "line 7: choices.0: expected text"),
        (CHECK.replace("why: So.\n", ""), "line 6: why: Field required"),
        (f"{CHECK}\n{CHECK}", "line 12: the same question stands on line 5"),
        ("![](a.png)\n", "line 5: the picture a.png needs words"),
        ("![a](https://example.com/a.png)\n", "line 5: 'https://example.com/a.png' is not in"),
        ("```video\nfile: a.mp4\n```\n", "line 5: a.mp4: this text lies in no folder"),
        ("", "line 5: the lesson is empty"),
    ],
)
def test_a_fault_is_told_with_its_line(body: str, said: str) -> None:
    told = fault(HEAD + body)
    assert said in told, told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Words.\n", "line 1: expected the head"),
        ("", "line 1: expected the head"),
        ("---\ntitle: A\n", "line 1: the head of the lesson has no end"),
        ("---\ntitle: A\n---\nWords.\n", "minutes: Field required"),
        ("---\ntitle: A\nminutes: 0\n---\nWords.\n", "line 3: minutes: Input should be greater"),
        ("---\ntitle: A\nminutes: 1\ntitel: B\n---\nW.\n", "line 4: titel: there is no such key"),
        (
            "---\ntitle: A\nminutes: 1\nsources: [doi 5]\n---\nW.\n",
            "line 4: sources.0: names a DOI",
        ),
    ],
)
def test_a_fault_of_the_head_is_told_with_its_line(text: str, said: str) -> None:
    assert said in fault(text)


def test_all_faults_are_told_at_once() -> None:
    told = fault(f"{HEAD}# One\n\n```face\n```\n\n```odd\n```\n")
    assert [line.partition(":")[0] for line in told.splitlines()] == [
        "x.md, line 5",
        "x.md, line 8",
        "x.md, line 10",
    ]


def test_a_name_that_makes_no_address_is_refused() -> None:
    assert "small letters" in fault(f"{HEAD}Words.\n", "My Lesson")


@given(st.text(max_size=300))
def test_any_text_is_a_lesson_or_is_refused_in_words(text: str) -> None:
    try:
        parse_lesson(text, "x")
    except InputError as error:
        assert "x.md" in str(error)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_body_is_read_or_refused_and_gives_no_html_of_its_own(body: str) -> None:
    try:
        lesson = parse_lesson(f"{HEAD}<script>x</script> {body}\n", "x")
    except InputError as error:
        assert "line" in str(error)
        return
    html = "".join(text_html(b, str, str) for b in lesson.blocks if isinstance(b, Text))
    assert "<script" not in html


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["fear", "anger", "happiness", ""]),
            st.floats(0, 1),
            st.floats(0.5, 4) | st.none(),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_steps_follow_each_other_without_a_gap(
    steps: list[tuple[str, float, float | None]],
) -> None:
    lines = ["```face", "steps:"]
    for number, (expression, strength, seconds) in enumerate(steps):
        lines += [f"  - say: Step {number}.", f"    strength: {strength}"]
        lines += [f"    expression: {expression}"] if expression else []
        lines += [f"    seconds: {seconds}"] if seconds is not None else []
    block = parse_lesson(HEAD + "\n".join([*lines, "```", ""]), "x").blocks[0]
    assert isinstance(block, Face)
    scene = block.block.scene()
    ends = [cue.end_s for cue in scene.cues]
    assert [cue.start_s for cue in scene.cues] == [0.0, *ends[:-1]]
    assert ends[-1] == pytest.approx(scene.film.seconds)
    assert all(cue.start_s <= cue.still_s <= cue.end_s for cue in scene.cues)
    # What is shown at a step's still is its pose at its strength, and nothing of its neighbours.
    course = scene.film.faces[0].scene(scene.film.seconds)
    for (expression, strength, _seconds), cue in zip(steps, scene.cues, strict=True):
        if cue.end_s - cue.start_s >= 1.0:
            found = max(course.at(cue.still_s)[0].values(), default=0.0)
            wanted = strength if expression in {"fear", "anger"} else strength * 0.9
            assert found == pytest.approx(wanted if expression else 0.0, abs=2e-3)


def test_a_pose_that_two_steps_share_stays_still_between_them() -> None:
    steps = "  - say: a\n    units: {AU1: 1}\n  - say: b\n    units: {AU1: 1, AU4: 1}\n"
    text = f"```face\nsteps:\n{steps}```\n"
    block = parse_lesson(HEAD + text, "x").blocks[0]
    assert isinstance(block, Face)
    scene = block.block.scene()
    course = scene.film.faces[0].scene(scene.film.seconds)
    begin = scene.cues[1].start_s
    shown = [course.at(begin + 0.05 * k)[0]["AU1L"] for k in range(12)]
    assert shown == pytest.approx([1.0] * 12, abs=2e-3)


def test_a_pose_with_a_duration_is_a_flash_of_that_length() -> None:
    text = "```face\nexpression: fear\nduration_s: 0.2\ncaption: a\n```\n"
    block = parse_lesson(HEAD + text, "x").blocks[0]
    assert isinstance(block, Face)
    scene = block.block.scene()
    course = scene.film.faces[0].scene(scene.film.seconds)
    times = [k / 1000 for k in range(int(scene.film.seconds * 1000))]
    moved = [t for t in times if course.at(t)[0]["AU1L"] > 1e-3]
    assert moved[-1] - moved[0] == pytest.approx(0.2, abs=0.02)
    assert moved[0] < scene.cues[0].still_s < moved[-1]


def test_links_lead_to_lessons_and_files_and_html_is_text() -> None:
    lesson = parse_lesson(f"{HEAD}[a](fear.md) [b](https://example.com) <b>c</b>\n", "x")
    block = lesson.blocks[0]
    assert isinstance(block, Text)
    html = text_html(block, lambda name: f"/to/{name}", str)
    assert '<a href="/to/fear">a</a>' in html
    assert '<a href="https://example.com" rel="noreferrer">b</a>' in html
    assert "&lt;b&gt;c&lt;/b&gt;" in html
    assert lesson.links == [("fear", 0)]


def test_every_lesson_that_ships_is_sound_and_says_where_its_facts_come_from() -> None:
    lessons = check_lessons(SHIPPED)
    assert len(lessons) == len(lesson_files(SHIPPED)) >= 14
    for lesson in lessons:
        assert lesson.head.sources and lesson.head.summary and len(lesson.checks) >= 2
        assert any(isinstance(block, Face) for block in lesson.blocks)
    assert list(Library().courses()) == ["seeing-and-answering"]


def test_a_trainers_folder_stands_beside_what_ships(tmp_path: Path) -> None:
    (tmp_path / "ours.md").write_text(f"{HEAD}See [fear](fear.md).\n", encoding="utf-8")
    library = Library([tmp_path])
    assert {"ours", "fear"} <= set(library.lessons())
    (tmp_path / "ours.md").write_text(f"{HEAD}Changed words.\n{CHECK}", encoding="utf-8")
    assert len(library.lesson("ours").checks) == 1
    with pytest.raises(UsageError, match="no lesson 'theirs'"):
        library.lesson("theirs")


def test_a_name_given_twice_or_a_lost_link_is_told(tmp_path: Path) -> None:
    (tmp_path / "fear.md").write_text(f"{HEAD}Words.\n", encoding="utf-8")
    with pytest.raises(InputError, match="there is a lesson 'fear' already"):
        Library([tmp_path]).lessons()
    with pytest.raises(InputError, match="which comes with the package"):
        check_lessons(tmp_path / "fear.md")
    (tmp_path / "fear.md").rename(tmp_path / "ours.md")
    (tmp_path / "ours.md").write_text(f"{HEAD}[a](nowhere.md)\n", encoding="utf-8")
    with pytest.raises(InputError, match="a link leads to nowhere.md"):
        check_lessons(tmp_path)


def test_what_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound):
        check_lessons(tmp_path / "gone.md")
    with pytest.raises(SourceNotFound):
        Library([tmp_path / "gone"]).lessons()
    (tmp_path / "odd.md").write_bytes(b"---\ntitle: \xff\n")
    with pytest.raises(InputError, match="line 2: expected text in UTF-8"):
        check_lessons(tmp_path / "odd.md")
    with pytest.raises(InputError, match="no lesson in this folder"):
        (tmp_path / "odd.md").unlink()
        check_lessons(tmp_path)


def test_captions_keep_their_thousandths(tmp_path: Path) -> None:
    path = tmp_path / "a.vtt"
    path.write_text("WEBVTT\n\n00:00.250 --> 01:00:01.900\nHello.\n", encoding="utf-8")
    assert read_captions(path, "a.vtt") == [(0.25, 3601.9, "Hello.")]


def test_a_video_must_be_there_and_be_one(tmp_path: Path) -> None:
    lesson = tmp_path / "ours.md"

    def told(video: str) -> str:
        lesson.write_text(f"{HEAD}```video\n{video}\n```\n", encoding="utf-8")
        with pytest.raises(InputError) as caught:
            check_lessons(lesson)
        return str(caught.value)

    assert "there is no file" in told("file: gone.mp4")
    assert "not in the folder of the lesson" in told("file: ../x.mp4")
    (tmp_path / "words.mp4").write_text("no video", encoding="utf-8")
    assert "line 5" in told("file: words.mp4")
    assert "expected a video" in told("file: ours.md")
