"""``unspoken read``, ``playbook`` and ``reading`` from the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.reading.planted import both, event
from tests.report.samples import sample_analysis
from unspoken.cli import main
from unspoken.context.record import Context
from unspoken.interaction import MomentsFile
from unspoken.reading.emotion_table import LABELS
from unspoken.reading.trained import FEATURES, load_trained


def saved(
    folder: Path, customer: str = "", codes: tuple[int, ...] = (4, 7), count: int = 2
) -> Path:
    events = tuple(
        event(*both(*codes), at=0.5 + 0.1 * i, event_id=f"1-{i + 1}") for i in range(count)
    )
    replace(sample_analysis(), events=events).save(folder)
    if customer:
        Context(customer=customer).save(folder)
    return folder


def test_read_writes_moments_and_goes_on_after_a_bad_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved(tmp_path / "r" / "a")
    bad = saved(tmp_path / "r" / "b")
    (bad / "analysis.json").write_text("{", encoding="utf-8")
    saved(tmp_path / "r" / "c")
    assert main(["read", str(tmp_path / "r"), "--playbook", "service-desk"]) == 2
    out, err = capsys.readouterr()
    assert "analysis.json, line 1" in err
    assert out.count("2 moments in ") == 2
    found = MomentsFile.load(tmp_path / "r" / "a")
    assert found is not None and found.playbook.name == "service-desk"


def test_earlier_interactions_of_the_same_customer_widen_the_baseline(tmp_path: Path) -> None:
    saved(tmp_path / "old" / "x", "C1", count=5)
    saved(tmp_path / "old" / "y", "C2", count=5)
    now = saved(tmp_path / "now", "C1")
    assert main(["read", str(tmp_path / "old"), "-q"]) == 0
    assert main(["read", str(now), "--earlier", str(tmp_path / "old"), "-q"]) == 0
    found = MomentsFile.load(now)
    assert found is not None and found.baseline["1"].earlier_interactions == 1


def test_an_edited_table_changes_the_reading(tmp_path: Path) -> None:
    from importlib import resources

    text = resources.files("unspoken").joinpath("data", "emotions.yaml").read_text("utf-8")
    mine = tmp_path / "mine.yaml"
    mine.write_text(text.replace("abstain_below: 0.4", "abstain_below: 0.0"), encoding="utf-8")
    one = saved(tmp_path / "one")
    assert main(["read", str(one), "--model", str(mine), "-q"]) == 0
    assert main(["read", str(one), "--model", str(tmp_path / "none.yaml"), "-q"]) == 2


def test_playbook_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["playbook", "list"]) == 0
    assert "service-desk: Service desk" in capsys.readouterr().out
    assert main(["playbook", "show", "service-desk"]) == 0
    text = capsys.readouterr().out
    mine = tmp_path / "mine.yaml"
    mine.write_text(text, encoding="utf-8")
    assert main(["playbook", "check", str(mine)]) == 0
    mine.write_text(text.replace("signal: delight", "signal: joy"), encoding="utf-8")
    assert main(["playbook", "check", str(mine)]) == 2
    assert "mine.yaml, line " in capsys.readouterr().err


def test_a_dry_run_tells_moment_by_moment_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = saved(tmp_path / "one", count=1)
    main(["read", str(one), "-q"])
    before = (one / "moments.json").read_bytes()
    main(["playbook", "show", "product-demonstration"])
    text = capsys.readouterr().out
    mine = tmp_path / "mine.yaml"
    strict = text.replace("concentration or confusion: 0.4", "concentration or confusion: 0.999")
    mine.write_text(strict, encoding="utf-8")
    assert main(["playbook", "try", str(mine), str(one)]) == 0
    out = capsys.readouterr().out
    assert "1 of 1 moments change" in out and "- confusion" in out
    assert (one / "moments.json").read_bytes() == before
    assert main(["playbook", "try", "product-demonstration", str(one), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["changes"] == []


def labelled(tmp_path: Path) -> Path:
    """Six people who frown when angry and smile when happy, each in a recording."""
    rows = ["result,event_id,label,person"]
    rng = np.random.default_rng(5)
    for person in range(6):
        events = []
        for i in range(10):
            happy = i % 2 == 0
            codes = (6, 12) if happy else (4, 24)
            amplitude = float(rng.uniform(0.1, 0.4))
            events.append(event(*both(*codes), at=1.0 + i, event_id=f"1-{i}", amplitude=amplitude))
            rows.append(f"p{person},1-{i},{'happiness' if happy else 'anger'},person {person}")
        replace(sample_analysis(), events=tuple(events)).save(tmp_path / f"p{person}")
    path = tmp_path / "labels.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_train_evaluate_and_use_a_model_of_ones_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sklearn")
    labels, model = labelled(tmp_path), tmp_path / "mine.json"
    assert main(["reading", "train", str(labels), "--out", str(model), "--folds", "3"]) == 0
    assert "6 persons" in capsys.readouterr().out
    made = load_trained(model)
    assert made.card.scores["uf1"] > 0.95
    assert made.card.per_label == {"happiness": 30, "anger": 30}
    assert any("Never labelled" in note for note in made.card.notes)
    assert made.features == FEATURES and set(made.labels) <= set(LABELS)
    assert main(["reading", "evaluate", str(labels), "--model", str(model), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accuracy"] > 0.95
    assert main(["read", str(tmp_path / "p0"), "--model", str(model), "-q"]) == 0
    found = MomentsFile.load(tmp_path / "p0")
    assert found is not None and found.software["emotion_model"].startswith("trained: own labels")


def test_faults_in_labels_are_told_with_their_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = labelled(tmp_path)
    text = path.read_text(encoding="utf-8").splitlines()
    text[1] = text[1].replace("happiness", "joy")
    text[2] = text[2].replace("p0,1-1", "p0,9-9")
    text[3] = text[3].replace("p0", "nowhere")
    text.append(text[4])
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    assert main(["reading", "evaluate", str(path)]) == 2
    err = capsys.readouterr().err
    for line, words in ((2, '"joy"'), (3, '"9-9"'), (4, "no analysis"), (62, "labelled twice")):
        assert any(f"line {line}: " in one and words in one for one in err.splitlines()), err


def test_a_trained_model_that_was_altered_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    labels, model = labelled(tmp_path), tmp_path / "mine.json"
    main(["reading", "train", str(labels), "--out", str(model), "--folds", "3"])
    document = json.loads(model.read_text(encoding="utf-8"))
    document["weights"][0] = document["weights"][0][:-1]
    model.write_text(json.dumps(document), encoding="utf-8")
    assert main(["reading", "evaluate", str(labels), "--model", str(model)]) == 2
