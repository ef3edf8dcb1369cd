"""The practice of observation without a browser: lists, marks, results, colleagues, bad input."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.server.conftest import asking
from tests.server.observing import interactions, script
from unspoken.academy.desk import Desk
from unspoken.academy.people import load_people
from unspoken.academy.scripts import GUESSES, load_script, shipped_scripts
from unspoken.academy.showings import Showings
from unspoken.cli import main
from unspoken.errors import InputError
from unspoken.server.security import Access
from unspoken.store.models import Observation

HTML = {"Accept": "text/html"}
API = "/api/academy/observations"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return interactions(tmp_path_factory.mktemp("own") / "results")


@pytest.fixture
def watcher(desk: Desk, access: Access, folder: Path) -> Iterator[TestClient]:
    """The learner, with a folder of interactions."""
    with asking(desk, access, showings=Showings(folder)) as client:
        yield client


def listed(client: TestClient) -> dict[str, dict[str, Any]]:
    return {one["title"]: one for one in client.get("/academy/observe.json").json()["listed"]}


def watched(client: TestClient, title: str, marks: list[float], **more: Any) -> str:
    """Watch to the end."""
    showing = listed(client)[title]["id"]
    made = client.post(API, json={"showing": showing}).json()["id"]
    found = {"marks": [{"t_s": t} for t in marks], **more}
    assert client.post(f"{API}/{made}/marks", json=found).status_code == 200
    return str(made)


def guessed(client: TestClient, made: str, guesses: list[str]) -> dict[str, Any]:
    """Say what the marks were, and look at the result."""
    marks = [{"t_s": 0, "guess": guess, "confidence": 3} for guess in guesses]
    assert client.post(f"{API}/{made}/guesses", json={"marks": marks}).status_code == 200
    found: dict[str, Any] = client.get(f"/academy/observe/result/{made}.json").json()
    return found


def test_every_shipped_script_can_be_shown_and_plants_what_can_be_guessed() -> None:
    assert shipped_scripts()
    for place in shipped_scripts().values():
        read = load_script(place)
        assert {m.means for m in read.moments} <= set(GUESSES)
        assert all(m.ask and m.discuss for m in read.moments)
        assert read.film().to_player()["label"] == "synthetic"


def test_the_list_says_of_each_why_it_cannot_be_watched(watcher: TestClient) -> None:
    found = listed(watcher)
    assert found["A short talk"]["planted"] and not found["A short talk"]["problem"]
    assert not found["call"]["planted"] and not found["call"]["problem"]
    assert found["long"]["too_long"]
    assert "No customer's face" in found["nobody"]["problem"]
    assert "signals.parquet is missing" in found["no-signals"]["problem"]
    assert "title" in found["broken.json"]["problem"]
    assert "other.json" not in found
    page = watcher.get("/academy/observe", headers=HTML).text
    assert "Cannot be watched" in page and "choose a part" in page


def test_hits_misses_and_marks_beside_by_hand(watcher: TestClient) -> None:
    """Moments at 1.0 to 1.8 and 3.4 to 4.2 s; marks at 0.5, 1.6 and 2.0 s."""
    made = watched(watcher, "A short talk", [2.0, 0.5, 1.6])
    found = guessed(watcher, made, ["nothing", "anger", "fear"])
    figures = found["figures"]
    assert (figures["marked"]["count"], figures["marked"]["of"]) == (1, 2)
    assert (figures["extras"], found["repeats"]) == (1, 1)
    assert figures["agreement"]["value"] == pytest.approx(2 * 1 / (2 * 1 + 1 + 1))
    assert figures["detection"] is None
    assert figures["named"] == pytest.approx(figures["named"] | {"count": 1, "of": 1})
    first, second = found["moments"]
    assert first["mark"]["delay_s"] == pytest.approx(0.6) and first["mark"]["same"]
    assert second["mark"] is None
    assert [extra["clock"] for extra in found["extras"]] == ["0:00.500"]
    assert first["said"][0]["text"] == "It is forty <b>a seat</b>."
    page = watcher.get(f"/academy/observe/result/{made}", headers=HTML).text
    assert "How does that sit with you?" in page and "<b>a seat" not in page
    assert "must not be used to assess anyone" in page


def test_what_was_not_on_the_screen_counts_neither_way(watcher: TestClient) -> None:
    made = watched(watcher, "A short talk", [1.6], unseen=[[3.3, 4.3], [1.0, 1.3]])
    found = guessed(watcher, made, ["anger"])
    assert found["left_out"] == 1
    assert (found["figures"]["marked"]["count"], found["figures"]["marked"]["of"]) == (1, 1)
    assert [moment["shown"] for moment in found["moments"]] == [True, False]
    assert found["figures"]["shown_s"] == pytest.approx(5.0 - 1.3)


def test_rates_are_of_the_time_on_the_screen_and_of_nothing_there_is_none(
    watcher: TestClient,
) -> None:
    half = watched(watcher, "A short talk", [0.5], unseen=[[2.0, 4.0], [2.5, 4.5], [4.0, 4.5]])
    assert guessed(watcher, half, [""])["figures"]["extras_per_min"] == pytest.approx(1 / 2.5 * 60)
    blind = watched(watcher, "A short talk", [0.5], unseen=[[0.0, 5.0]])
    assert guessed(watcher, blind, [""])["figures"]["extras_per_min"] is None
    assert watcher.get(f"/academy/observe/result/{blind}", headers=HTML).status_code == 200


def test_the_own_window_comes_from_the_warm_up(watcher: TestClient) -> None:
    made = watched(watcher, "A short talk", [3.2], reactions=[0.4, 0.45, 0.5, 0.4])
    assert guessed(watcher, made, [""])["window"]["source"] == "own"


def test_a_reenacted_interaction_is_compared_with_the_engine_and_with_people(
    watcher: TestClient,
) -> None:
    made = watched(watcher, "call", [3.9, 20.0])
    found = guessed(watcher, made, ["anger", "nothing"])
    assert not found["planted"] and found["figures"]["detection"] is None
    first = found["moments"][0]
    assert first["mark"]["delay_s"] == pytest.approx(0.7) and first["mark"]["same"] is None
    assert first["judged"] == {"agree": 1}
    assert found["config"]["film"]["label"] == "synthetic re-enactment"
    page = watcher.get(f"/academy/observe/result/{made}", headers=HTML).text
    assert "That is not the truth" in page and "1 see it too" in page


def test_a_long_recording_is_watched_in_parts(watcher: TestClient) -> None:
    showing = listed(watcher)["long"]["id"]
    whole = watcher.get(f"/academy/observe/watch.json?showing={showing}")
    assert whole.status_code == 400 and "too long" in whole.json()["message"]
    path = f"/academy/observe/watch.json?showing={showing}&start=2&end=9"
    part = watcher.get(path).json()["config"]
    assert (part["zero_s"], part["seconds"]) == (2.0, 7.0)
    for wrong in ("start=9&end=2", "start=x&end=2", "start=nan&end=4", "start=900&end=950"):
        answer = watcher.get(f"/academy/observe/watch.json?showing={showing}&{wrong}")
        assert answer.status_code in {400, 409, 422} and answer.json()["message"], wrong


def test_a_second_time_is_marked_as_such(watcher: TestClient) -> None:
    watched(watcher, "A short talk", [])
    again = watched(watcher, "A short talk", [])
    assert guessed(watcher, again, [])["observation"]["first_time"] is False
    page = watcher.get(f"/academy/observe/result/{again}", headers=HTML).text
    assert "the figures flatter" in page


def test_one_that_was_left_before_its_end_is_no_first_time_either(watcher: TestClient) -> None:
    showing = listed(watcher)["A short talk"]["id"]
    assert watcher.post(API, json={"showing": showing}).status_code == 200
    again = watched(watcher, "A short talk", [])
    assert guessed(watcher, again, [])["observation"]["first_time"] is False


def test_marks_sent_twice_count_once_and_guesses_must_fit(watcher: TestClient) -> None:
    made = watched(watcher, "A short talk", [1.0, 2.0])
    watcher.post(f"{API}/{made}/marks", json={"marks": [{"t_s": 4.0}]})
    short = watcher.post(f"{API}/{made}/guesses", json={"marks": [{"t_s": 1.0}]})
    assert short.status_code == 400 and "Expected 2 guesses" in short.json()["message"]
    resumed = watcher.get(f"/academy/observe/watch.json?resume={made}").json()["config"]
    assert resumed["resume"]["marks"] == [1.0, 2.0]


@pytest.mark.parametrize(
    "wrong",
    [{"marks": [{"t_s": -1}]}, {"marks": [{"t_s": 1, "guess": "lying"}]}, {"marks": "x"},
     {"marks": [{"t_s": 1}] * 301}, {"marks": [], "unseen": [[1]]}, {"marks": [], "more": 1}],
)  # fmt: skip
def test_marks_that_make_no_sense_are_refused(watcher: TestClient, wrong: dict[str, Any]) -> None:
    showing = listed(watcher)["A short talk"]["id"]
    made = watcher.post(API, json={"showing": showing}).json()["id"]
    assert watcher.post(f"{API}/{made}/marks", json=wrong).status_code == 422
    assert watcher.get(f"/academy/observe/result/{made}.json").status_code == 400


def test_colleagues_files_are_anonymous_and_taken_in_once(watcher: TestClient, desk: Desk) -> None:
    made = watched(watcher, "A short talk", [1.6, 4.0])
    guessed(watcher, made, ["anger", "happiness"])
    file = watcher.get(f"/academy/observe/result/{made}/marks").json()
    assert file["name"] == "" and not {"started_at", "reactions", "title"} & set(file)
    other = {**file, "id": "0" * 32, "marks": [{"t_s": 1.9, "guess": "fear"}]}
    path = f"/academy/observe/result/{made}/colleagues"

    def send(document: Any) -> Any:
        content = document if isinstance(document, bytes) else json.dumps(document).encode()
        return watcher.post(path, files={"marks": ("marks.json", content)})

    assert "added=1" in send(other).headers["location"]
    assert "added=0" in send(other).headers["location"]
    assert "added=0" in send(file).headers["location"]
    found = watcher.get(f"/academy/observe/result/{made}.json").json()
    assert found["colleagues"]["count"] == 1
    assert found["colleagues"]["agreement"]["both"] == 1
    assert found["colleagues"]["agreement"]["first_only"] == 1
    first = found["moments"][0]["colleagues"]
    assert (first["marked"]["count"], first["guesses"]) == (1, {"fear": 1})
    for wrong in (b"no json", {**other, "digest": "0" * 64}, {"format": "x"}, b"[" * 5000):
        answer = send(wrong)
        assert answer.status_code == 400 and answer.json()["message"]


def test_a_colleagues_stretch_that_runs_backwards_is_refused_by_its_place(
    watcher: TestClient, desk: Desk
) -> None:
    made = watched(watcher, "A short talk", [1.6])
    guessed(watcher, made, ["anger"])
    file = watcher.get(f"/academy/observe/result/{made}/marks").json()
    wrong = {**file, "id": "1" * 32, "unseen": [[1, 2], [5, 1]]}
    content = json.dumps(wrong).encode()
    path = f"/academy/observe/result/{made}"
    answer = watcher.post(f"{path}/colleagues", files={"marks": ("marks.json", content)})
    assert answer.status_code == 400
    assert (
        "unseen.1: " in answer.json()["message"] and "found 5 and 1 s" in answer.json()["message"]
    )
    with desk.database.session() as session:  # as an earlier version took it in
        kept = session.get(Observation, made)
        assert kept is not None
        session.add(
            Observation(
                id="2" * 32, showing="", title="", digest=kept.digest, mine=False, name="",
                state="done", first_time=True, started_at=desk.now(), marks=[], unseen=[[5, 1]],
                reactions=[],
            )
        )  # fmt: skip
    assert watcher.get(f"{path}.json").json()["colleagues"]["count"] == 1


def test_observations_are_part_of_my_data_and_of_its_deletion(watcher: TestClient) -> None:
    watched(watcher, "A short talk", [1.6])
    kept = watcher.get("/academy/data/export").json()["observations"]
    assert kept[0]["marks"] == [{"t_s": 1.6, "guess": "", "confidence": None}]
    watcher.post("/academy/data/delete")
    assert watcher.get("/academy/data/export").json()["observations"] == []


def test_a_script_that_changed_no_longer_fits_the_marks(
    desk: Desk, access: Access, tmp_path: Path
) -> None:
    script(tmp_path)
    with asking(desk, access, showings=Showings(tmp_path)) as client:
        made = watched(client, "A short talk", [])
        script(tmp_path, seconds=6.0)
        changed = client.get(f"/academy/observe/result/{made}.json")
        assert changed.status_code == 400 and "has changed" in changed.json()["message"]
        (tmp_path / "talk.json").unlink()
        gone = client.get(f"/academy/observe/result/{made}.json")
        assert gone.status_code == 400 and "--interactions" in json.dumps(gone.json())


def test_scripts_are_refused_with_the_place_of_the_mistake(tmp_path: Path) -> None:
    wrong = script(tmp_path, moments=[{"movement": {"units": {"AU4": 1}}, "means": "anger"}])
    with pytest.raises(InputError, match=r"talk\.json: moments\.0.*onset_s and offset_s"):
        load_script(wrong)
    with pytest.raises(InputError, match="talk"):
        load_script(script(tmp_path, talk=[{"start_s": 3, "end_s": 1}]))


@pytest.mark.parametrize(
    ("identity", "why"), [("nobody", "no face of that name"), ("kept", "kept for tests")]
)
def test_a_script_is_acted_by_a_training_face(tmp_path: Path, identity: str, why: str) -> None:
    kept = next(person.name for person in load_people() if person.pool != "training")
    with pytest.raises(InputError, match=rf"identity: .*{why}.*f01"):
        load_script(script(tmp_path, identity=kept if identity == "kept" else identity))


def test_a_script_is_watched_whole(desk: Desk, access: Access, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"seconds: .*300 s at most"):
        load_script(script(tmp_path, seconds=302.0))
    script(tmp_path, seconds=300.0)
    with asking(desk, access, showings=Showings(tmp_path)) as client:
        one = listed(client)["A short talk"]
        assert not one["too_long"]
        path = f"/academy/observe/watch.json?showing={one['id']}"
        assert client.get(path).status_code == 200
        part = client.get(f"{path}&start=10&end=20")
        assert part.status_code == 400 and "watched whole" in part.json()["message"]


def test_a_folder_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = ["--interactions", str(tmp_path / "no"), "--data", str(tmp_path), "--no-open"]
    assert main(["academy", *nowhere]) == 2
    assert "expected a folder with results" in capsys.readouterr().err
