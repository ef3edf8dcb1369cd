"""The academy's pages and their JSON twins, for an empty and for a full record."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from tests.academy.saved_answers import as_file, saved
from unspoken.academy.calibration import CONFIDENCE
from unspoken.academy.desk import Desk
from unspoken.academy.simulated import Clock, SimulatedLearner, take_block
from unspoken.facs.prototypes import EMOTIONS
from unspoken.server.charts import curve_chart, threshold_chart
from unspoken.server.drill_content import drill_content

HTML = {"Accept": "text/html"}
PAGES = ["", "/identify", "/spot", "/tests", "/results", "/data", "/certificate", "/drill"]
WANTED = {"task": "identify", "purpose": "drill", "level": "plain", "refresh_hz": 60.0}


def somebody() -> SimulatedLearner:
    return SimulatedLearner(dict.fromkeys(EMOTIONS, 0.06))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_a_json_twin(learner: TestClient, page: str) -> None:
    assert learner.get(f"/academy{page}", headers=HTML).status_code == 200
    twin = learner.get(f"/academy{page}.json")
    assert twin.headers["content-type"].startswith("application/json")
    assert isinstance(twin.json(), dict)


def test_results_come_with_intervals_and_say_what_they_are_not(
    learner: TestClient, desk: Desk, clock: Clock
) -> None:
    rng = np.random.default_rng(1)
    block = take_block(desk, somebody(), "pre", rng)
    take_block(desk, somebody(), "post", rng)
    text = learner.get("/academy/results", headers=HTML).text
    assert "not skill with customers" in text and "Nobody is ranked" in text
    assert text.count('class="chart"') == 2
    one = learner.get(f"/academy/results/{block}", headers=HTML).text
    assert "120 trials count" in one
    found = learner.get(f"/academy/results/{block}.json").json()["score"]
    assert found["thresholds"]["fear"]["low_s"] < found["thresholds"]["fear"]["high_s"]
    certificate = " ".join(learner.get("/academy/certificate", headers=HTML).text.split())
    assert "The task" in certificate and "This is not skill with customers" in certificate


def test_figures_at_durations_of_ones_own_stand_with_their_block_alone(
    learner: TestClient, desk: Desk
) -> None:
    rng = np.random.default_rng(1)
    block = take_block(desk, somebody(), "pre", rng)
    take_block(desk, somebody(), "post", rng)
    one = learner.get(f"/academy/results/{block}", headers=HTML).text
    assert "At durations chosen for you: not comparable between tests or people." in one
    assert "<dt>Named rightly</dt>" in one and "<dt>Something from nothing, d′</dt>" in one
    certificate = learner.get("/academy/certificate", headers=HTML).text
    assert not re.search(r"d′|rightly|Leaning", certificate)
    assert certificate.count("120 trials") == 2 and certificate.count(" ms (") == 2
    page = learner.get("/academy/results", headers=HTML).text
    (table,) = re.findall(r'<table class="thresholds">.*?</table>', page, re.DOTALL)
    assert not re.search(r"d′|rightly|Leaning|%", table)
    assert table.count("<td>") == table.count(" ms)") == 16


def test_a_threshold_under_one_frame_is_printed_as_that_everywhere(
    learner: TestClient, desk: Desk
) -> None:
    quick = SimulatedLearner(dict.fromkeys(EMOTIONS, 0.006))
    rng = np.random.default_rng(1)
    block, _after = take_block(desk, quick, "pre", rng), take_block(desk, quick, "post", rng)
    for page in (f"results/{block}", "results", "certificate"):
        text = learner.get(f"/academy/{page}", headers=HTML).text
        assert "under 17 ms" in text, page
        said = re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)  # an axis goes on
        assert min(map(int, re.findall(r"(\d+) ms", said))) == 17, page


def test_a_verdict_on_confidence_is_given_only_where_the_interval_leaves_out_0(
    learner: TestClient, desk: Desk
) -> None:
    for purpose, step, verdict in (
        ("pre", 4, "You were surer than you were right."),
        ("post", 1, "You were right more often than you expected."),
    ):
        block = take_block(desk, Stating(step), purpose, np.random.default_rng(2))
        text = learner.get(f"/academy/results/{block}", headers=HTML).text
        assert verdict in text and "In 120 answers you expected to be right in" in text
    few = desk.open_block("identify", "drill", "plain", 60.0)
    trial = desk.next_round(few)[0]
    said = {"id": trial.id, "response": trial.truth, "confidence": 3, "flags": []}
    desk.record(few, [{**said, "rt_s": 1.0, "shown_frames": trial.planned_frames}])
    text = learner.get(f"/academy/results/{few}", headers=HTML).text
    assert "In 1 answer you expected to be right in 75 %" in text
    assert "surer than" not in text.split("Sure and right")[1].split("<p class=")[0]


class Stating(SimulatedLearner):
    """Somebody who always chooses the same step of confidence."""

    def __init__(self, step: int) -> None:
        super().__init__(dict.fromkeys(EMOTIONS, 0.06))
        self.step = step

    def answer(self, *about: Any, **more: Any) -> tuple[str, int]:
        """As others do, but for the confidence."""
        return super().answer(*about, **more)[0], self.step


def test_chances_are_shown_where_confidence_is_asked_and_are_those_it_is_held_against() -> None:
    for task in ("identify", "spot"):
        asked = drill_content(task)
        assert asked["confidence"] == [
            [step, word, f"{chance * 100:.0f} %"] for step, word, chance in CONFIDENCE
        ]
        assert "how often you expect to be right" in asked["confidence_help"]


def test_a_first_test_taken_late_is_not_called_one_before_training(
    learner: TestClient, desk: Desk, clock: Clock
) -> None:
    rng = np.random.default_rng(1)
    take_block(desk, somebody(), "drill", rng)
    clock.pass_(days=1)
    assert "You have practised already (1 drill)" in " ".join(
        learner.get("/academy/tests", headers=HTML).text.split()
    )
    block = take_block(desk, somebody(), "pre", rng)
    take_block(desk, somebody(), "post", rng)
    for page in (f"results/{block}", "results", "certificate"):
        text = learner.get(f"/academy/{page}", headers=HTML).text
        assert "First test (after 1 drill)" in text, page
        assert "Test before training" not in text, page


def test_pages_say_why_the_first_test_is_closed_after_the_last(
    learner: TestClient, desk: Desk
) -> None:
    take_block(desk, somebody(), "post", np.random.default_rng(1))
    assert "Too late" in learner.get("/academy/tests", headers=HTML).text
    refused = learner.post("/api/academy/blocks", json={**WANTED, "purpose": "pre"})
    assert refused.status_code == 409
    assert "test after training is done already" in refused.json()["hint"]
    course = learner.get("/academy.json").json()["course"]
    (first,) = [p for p in course["parts"] if p["title"] == "Test before training"]
    assert (first["state"], first["to"]) == ("missed", None)
    assert course["parts"][course["upcoming"]]["kind"] == "lesson"


def test_the_curve_comes_with_a_table_of_the_same_points(learner: TestClient, desk: Desk) -> None:
    rng = np.random.default_rng(1)
    for purpose in ("pre", "drill", "drill"):
        take_block(desk, somebody(), purpose, rng)
    assert "it takes two points" in learner.get("/academy/results", headers=HTML).text
    take_block(desk, somebody(), "drill", rng)
    page = learner.get("/academy/results", headers=HTML).text
    (table,) = re.findall(r'aria-label="Threshold over time">(.*?)</table>', page, re.DOTALL)
    assert "Three drills" in table and "Test before training" in table
    assert table.count("<td>") == 4 and ">Three drills</text>" in page


def test_an_interval_ends_in_an_arrow_where_the_display_ends() -> None:
    open_below = {"trials": 12, "threshold_s": 0.02, "low_s": 0.01, "high_s": 0.04}
    both = {"trials": 12, "threshold_s": 0.1, "low_s": 0.01, "high_s": 0.9}
    arrows = [
        threshold_chart({"Test": (hz, {"fear": found})}).count('class="open"')
        for hz, found in ((60.0, open_below), (144.0, open_below), (60.0, both))
    ]
    assert arrows == [1, 0, 2]


def test_there_is_no_certificate_before_the_test(learner: TestClient) -> None:
    assert "There is none yet" in learner.get("/academy/certificate", headers=HTML).text


def test_a_result_that_does_not_exist_is_a_page_not_a_traceback(learner: TestClient) -> None:
    answer = learner.get("/academy/results/nothing", headers=HTML)
    assert answer.status_code == 400 and "There is no such result" in answer.text
    lost = learner.get("/academy/nowhere", headers=HTML)
    assert lost.status_code == 404 and "There is no such page" in lost.text
    assert learner.get("/academy/nowhere.json").json()["error"] == "There is no such page"
    odd = learner.get("/academy/drill?task=juggle", headers=HTML)
    assert odd.status_code == 409 and "no such drill" in odd.text


def test_everything_can_be_taken_along_and_deleted(learner: TestClient, desk: Desk) -> None:
    take_block(desk, somebody(), "drill", np.random.default_rng(1))
    learner.post("/academy/name", data={"name": " Ada  <b>L</b> "})
    export = learner.get("/academy/data/export")
    assert "attachment" in export.headers["content-disposition"]
    content = export.json()
    assert (len(content["trials"]), len(content["reviews"])) == (40, 7)
    assert content["profile"][0]["name"] == "Ada <b>L</b>"
    assert "<b>L" not in learner.get("/academy", headers=HTML).text
    assert "deleted" in learner.post("/academy/data/delete").text
    after = learner.get("/academy/data/export").json()
    assert not any(after[t] for t in ("blocks", "trials", "estimates", "reviews", "profile"))


def test_the_notice_leads_back_to_our_own_pages_only(learner: TestClient) -> None:
    assert "photosensitive" in learner.get("/academy/drill", headers=HTML).text
    back = learner.post("/academy/notice", data={"back": "/academy/drill?task=spot"})
    assert back.headers["location"] == "/academy/drill?task=spot"
    assert "photosensitive" not in learner.get("/academy/drill", headers=HTML).text
    away = learner.post("/academy/notice", data={"back": "//evil.test/academy"})
    assert away.headers["location"] == "/academy"


def test_a_block_over_the_api(learner: TestClient) -> None:
    block = learner.post("/api/academy/blocks", json=WANTED).json()
    assert (block["state"], block["wanted"]) == ("open", 40)
    trials = learner.post(f"/api/academy/blocks/{block['id']}/rounds").json()["trials"]
    assert len(trials) == 10
    answers = [
        {"id": t["id"], "response": "none", "shown_frames": t["planned_frames"]} for t in trials
    ]
    path = f"/api/academy/blocks/{block['id']}/answers"
    assert learner.post(path, json={"answers": answers}).json()["new"] == 10
    again = learner.post(path, json={"answers": answers}).json()
    assert (again["new"], again["counted"]) == (0, 10)


@pytest.mark.parametrize(
    "broken",
    [{"response": "joy"}, {"confidence": 5}, {"shown_frames": -1}, {"flags": ["odd"]},
     {"rt_s": float(-1)}, {"id": "x"}, {"more": 1}, {"when_s": "soon"}],
)  # fmt: skip
def test_answers_that_make_no_sense_are_refused(
    learner: TestClient, broken: dict[str, object]
) -> None:
    block = learner.post("/api/academy/blocks", json=WANTED).json()["id"]
    trial = learner.post(f"/api/academy/blocks/{block}/rounds").json()["trials"][0]
    answer = {"id": trial["id"], "response": "none", "shown_frames": 1, **broken}
    sent = learner.post(f"/api/academy/blocks/{block}/answers", json={"answers": [answer]})
    assert sent.status_code == 422 and "message" in sent.json()


def test_charts_are_empty_without_measurements() -> None:
    assert threshold_chart({}) == "" and curve_chart([]) == ""
    nothing = {"trials": 0, "threshold_s": 0.1, "low_s": 0.1, "high_s": 0.1}
    assert threshold_chart({"Test": (60.0, {"fear": nothing})}) == ""


def test_answers_from_a_folder_are_added_once_and_stated_without_a_threshold(
    learner: TestClient, desk: Desk
) -> None:
    files = [("answers", (f"{n}.json", as_file(saved(seed=n)))) for n in (1, 2, 1)]
    sent = learner.post("/academy/results/folder", files=files)
    assert sent.headers["location"] == "/academy/results?added=2&known=1#folder"
    page = learner.get("/academy/results?added=2&known=1", headers=HTML).text
    assert "2 files added. 1 known already, and not counted twice." in page
    found = learner.get("/academy/results.json").json()["blocks"]
    assert [b["title"] for b in found] == ["Practice from a folder"] * 2
    one = learner.get(f"/academy/results/{found[0]['id']}", headers=HTML).text
    assert "no threshold is stated" in one and "Thresholds</h2>" not in one
    assert "40 trials count" in one and "not measured" not in one
    home = learner.get("/academy.json").json()
    assert all(step["count"] == 0 for step in home["steps"])


def test_one_bad_file_of_answers_is_named_and_none_is_taken(learner: TestClient) -> None:
    files = [("answers", ("good.json", as_file(saved()))), ("answers", ("bad.json", b"{}"))]
    refused = learner.post("/academy/results/folder", files=files, headers=HTML)
    assert refused.status_code == 400 and "bad.json: not the answers of a drill" in refused.text
    assert learner.get("/academy/results.json").json()["blocks"] == []
    odd = learner.get("/academy/results?added=x&known=<b>", headers=HTML)
    assert odd.status_code == 200 and "<b>" not in odd.text
