"""The family and its leaderboard on small made-up data: honest splits, SMOTE inside, and tables made from files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heartlab.baselines import MEMBERS, VIEWS, Member, answers_with_leakage
from heartlab.baselines.protocol import COPIES, copied_rows
from heartlab.baselines.tabular import linear_head, pipeline
from heartlab.data.answers import LEAKY, answers_path, read_answers, write_answers
from heartlab.data.signal_labels import CLASSES
from heartlab.evaluate.leaderboard import as_markdown, leaderboard, mi_recall
from heartlab.train.by_fold import answers_by_fold, no_group_in_both
from heartlab.train.signal.signal_model import together
from heartlab.train.vgg16.cross_validation import PageSet


def made_up_pages(groups: int = 60, seed: int = 0) -> tuple[PageSet, np.ndarray]:
    """Return pages of two or three a group, and features that tell the classes apart by and large."""
    rng = np.random.default_rng(seed)
    rows = []
    for group in range(groups):
        label = CLASSES[rng.choice(4, p=[0.5, 0.15, 0.15, 0.2])]
        layout = "6x2" if label != "Normal" and rng.random() < 0.3 else "3x4"
        rows += [{"label": label, "group_id": f"g{group}", "fold": group % 5, "layout": layout}] * rng.integers(2, 4)
    table = pd.DataFrame(rows).assign(filter_hz="0.67-25")
    table.insert(0, "page_id", [f"p{row:04d}" for row in range(len(table))])
    classes = np.array([CLASSES.index(label) for label in table["label"]])
    x = np.eye(4)[classes] + rng.normal(0, 0.8, (len(table), 4))
    return PageSet(table, classes, table["fold"].to_numpy(), np.ones(len(table), bool)), x.astype(np.float32)


class Prior:
    """A classifier that answers with the frequencies of what it was fitted to, and keeps what that was."""

    def fit(self, x: np.ndarray, y: np.ndarray) -> Prior:
        self.x, self.shares = x, np.bincount(y, minlength=4) / len(y)
        return self

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        return np.tile(self.shares, (len(x), 1))


def test_the_registry_holds_the_whole_family_and_train_takes_each_name():
    pytest.importorskip("torch")
    from heartlab.trainers import TRAINERS

    estimators = {
        f"{e}{p}{s}" for e in ("knn", "svm", "forest", "xgboost") for p in ("", "-pca") for s in ("", "-smote")
    }
    assert set(MEMBERS) == estimators | {"seed-vgg16", "resnet50", "inceptionv3", "resnet1d", "cnn1d", "lstm", "bilstm"}
    assert set(TRAINERS) == {
        "vgg16",
        "findings",
        "second",
        "answers",
        "novelty",
        "line",
        "print",
        "baselines",
        *MEMBERS,
    }
    for name, member in MEMBERS.items():
        assert member.name == name
        assert VIEWS[member.view].sees
    assert len({member.title for member in MEMBERS.values()}) == len(MEMBERS)


def test_no_group_is_on_both_sides_and_every_page_is_answered_by_a_model_that_did_not_see_it():
    pages, x = made_up_pages()
    seen = []

    def build(seed: int) -> Prior:
        seen.append(Prior())
        return seen[-1]

    answers = answers_by_fold("prior", build, x, pages)
    assert len(seen) == 5
    for fold, model in enumerate(seen):
        inside = pages.folds == fold
        assert len(model.x) == (~inside).sum()
        np.testing.assert_allclose(answers.loc[inside, "p_MI"], model.shares[1], atol=1e-5)
    assert answers["page_id"].tolist() == pages.table["page_id"].tolist()


def test_a_split_through_a_group_is_refused():
    groups = np.array(["a", "a", "b"])
    no_group_in_both(groups, np.array([0, 1]), np.array([2]))
    with pytest.raises(ValueError, match="1 groups are in training and test"):
        no_group_in_both(groups, np.array([0]), np.array([1, 2]))


def test_smote_only_sees_training_rows(monkeypatch):
    over_sampling = pytest.importorskip("imblearn.over_sampling")
    pages, x = made_up_pages()
    resampled = []
    original = over_sampling.SMOTE.fit_resample

    def noted(self, rows, labels):
        made = original(self, rows, labels)
        resampled.append((len(rows), len(made[0])))
        return made

    monkeypatch.setattr(over_sampling.SMOTE, "fit_resample", noted)
    answers = answers_by_fold("knn-smote", lambda seed: pipeline("knn", seed, smote=True), x, pages)
    expected = [(pages.folds != fold).sum() for fold in range(5)]
    assert [given for given, _ in resampled] == expected  # in fit of each fold, never when it is asked
    assert all(made == 4 * np.bincount(pages.classes[pages.folds != f]).max() for f, (_, made) in enumerate(resampled))
    assert len(answers) == len(pages.classes)


def test_scaling_is_fitted_to_training_rows():
    pytest.importorskip("imblearn")
    pages, x = made_up_pages()
    train = pages.folds != 0
    model = pipeline("knn", pca=True).fit(x[train], pages.classes[train])
    np.testing.assert_allclose(model.named_steps["scale"].mean_, x[train].mean(axis=0), rtol=1e-5)
    assert not np.allclose(model.named_steps["scale"].mean_, x.mean(axis=0), rtol=1e-5)


def test_the_leaky_protocol_copies_pages_and_scores_far_above_the_honest_one():
    pytest.importorskip("imblearn")
    pages, _ = made_up_pages()
    assert np.bincount(copied_rows(pages.classes)).tolist() == [COPIES[CLASSES[c]] for c in pages.classes]
    noise = np.random.default_rng(1).normal(size=(len(pages.classes), 12)).astype(np.float32)
    member = Member("knn", "KNN", "waves", lambda seed: pipeline("knn", seed))
    leaky, honest = answers_with_leakage(member, noise, pages), answers_by_fold("knn", member.build, noise, pages)

    def right(answers: pd.DataFrame) -> float:
        shares = answers[[f"p_{name}" for name in CLASSES]].to_numpy()
        return float((np.array(CLASSES)[shares.argmax(axis=1)] == answers["label"]).mean())

    assert right(leaky) > right(honest) + 0.25
    assert (leaky["page_id"] == "").any()
    assert set(leaky["fold"]) == {-1}


@pytest.mark.parametrize("name", ["cnn1d", "lstm", "bilstm"])
def test_networks_learn_what_is_plain_to_see(name, monkeypatch):
    pytest.importorskip("torch")
    from heartlab.baselines import networks

    monkeypatch.setitem(networks.EPOCHS, name, 12)
    rng = np.random.default_rng(0)
    y = rng.integers(0, 4, 96)
    x = rng.normal(0, 0.2, (96, 4, 64)).astype(np.float32)
    x[np.arange(96), y] += 1.0
    shares = networks.SignalNetwork(name).fit(x, y).predict_proba(x)
    assert shares.shape == (96, 4)
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-5)
    assert (shares.argmax(axis=1) == y).mean() > 0.9


def small_records(tmp_path):
    residual = pytest.importorskip("heartlab.train.signal.residual")
    pytest.importorskip("torch")
    from heartlab.train.signal_drawings import SignalSet

    rng = np.random.default_rng(0)
    tags = np.array([[1, 0], [0, 1], [np.nan, np.nan]], np.float32)
    data = SignalSet(rng.normal(0, 0.3, (3, 12, 5000)).astype(np.float16), ("a", "b"), tags, np.array([1, -1, 0]))
    recipe = residual.ResidualRecipe(copies=1, steps=4, batch=6, widths=(2, 4, 6))
    return residual, residual.make_records(tmp_path, data, recipe), recipe


def test_the_residual_network_is_taught_on_records_and_kept(tmp_path, monkeypatch):
    residual, records, recipe = small_records(tmp_path)
    assert records.signals.shape == (1, 3, 16, 290)
    assert records.measured.shape == (1, 3, residual.MEASURED)
    network = residual.teach(tmp_path / "residual.pt", records, recipe)
    x = np.random.default_rng(1).normal(size=(5, 16, 290)).astype(np.float32)
    features = residual.residual_features(network, x)
    assert features.shape == (5, 2 * 6 * residual.COLUMNS)
    assert np.isfinite(features).all()
    monkeypatch.setattr(residual, "record_loss", lambda *_: pytest.fail("taught twice"))
    again = residual.teach(tmp_path / "residual.pt", records, recipe)
    np.testing.assert_allclose(residual.residual_features(again, x), features, atol=1e-6)
    assert sorted(residual.CHANNELS) == list(range(16))


def test_the_shipped_file_answers_as_the_tuned_networks_do(tmp_path):
    residual, records, recipe = small_records(tmp_path)
    pytest.importorskip("ai_edge_quantizer")
    from heartguard.classify.signal_network import SignalNetworks
    from heartlab.networks.signal import signal_networks_file
    from heartlab.train.signal.tuned import TunedNetworks, TuningRecipe, to_table

    taught, other = (residual.teach(tmp_path / f"{seed}.pt", records, recipe, seed) for seed in (1, 2))
    before = {name: values.clone() for name, values in taught.state_dict().items()}
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(12, 16, 290)).astype(np.float32), np.arange(12) % 4
    tuned = TunedNetworks([taught, other], records, TuningRecipe(networks=2, steps=3, pages=4, records=4)).fit(x, y)
    assert all((values == before[name]).all() for name, values in taught.state_dict().items())
    networks = SignalNetworks(signal_networks_file(to_table(tuned)), len(CLASSES), 2)
    for head, place in (("pages", 0), ("tags", 1)):
        ours = np.stack([networks.logits(page)[place] for page in x])
        np.testing.assert_allclose(ours, tuned.logits(x, head), atol=1e-3)
    np.testing.assert_allclose(tuned.predict_proba(x).sum(axis=1), 1)


def test_the_page_picture_of_the_seed_is_black_ink_on_a_white_square(tmp_path):
    cv2 = pytest.importorskip("cv2")
    pytest.importorskip("torch")
    from heartlab.baselines.pictures import page_picture

    page = np.full((786, 1106), 230, np.uint8)
    page[400:404, 100:1000] = 20
    cv2.imwrite(str(tmp_path / "page.png"), page)
    picture = page_picture(tmp_path / "page.png")
    assert picture.shape == (224, 224)
    assert picture.max() == 255
    assert picture[90:105].min() < 60
    with pytest.raises(FileNotFoundError, match="not in the data folder"):
        page_picture(tmp_path / "none.png")


def kept_answers(pages: PageSet, x: np.ndarray) -> pd.DataFrame:
    pytest.importorskip("sklearn")
    return answers_by_fold("linear", linear_head, x, pages)


def test_the_leaderboard_is_made_from_files(tmp_path):
    pages, x = made_up_pages()
    write_answers(kept_answers(pages, x), tmp_path, "knn")
    blind = kept_answers(pages, np.random.default_rng(2).normal(size=x.shape).astype(np.float32))
    write_answers(blind.drop(columns="train_seconds"), tmp_path, "vgg16")
    write_answers(blind.assign(fold=-1, page_id=""), tmp_path, "knn", LEAKY)
    table = leaderboard(tmp_path, pages.table, repeats=50)
    assert table["model"].tolist() == ["knn", "knn", "vgg16", "vgg16", "knn", "knn"]
    assert table["pages"].tolist() == ["3x4", "all"] * 3
    best = table.iloc[0]
    assert best["n"] == (pages.table["layout"] == "3x4").sum()
    assert best["macro_f1_low"] <= best["macro_f1"] <= best["macro_f1_high"]
    assert best["macro_f1"] > table.iloc[2]["macro_f1"]
    assert np.isnan(table.iloc[2]["train_seconds"])
    text = as_markdown(table)
    assert text.index("## By fold") < text.index("| KNN |") < text.index("| HeartGuard's VGG16 (image model) |")
    assert f"{best['macro_f1']:.3f} ({best['macro_f1_low']:.3f} to {best['macro_f1_high']:.3f})" in text
    assert "evidence of nothing but leakage" in text
    assert "Not trained yet: " in text
    assert "random weights here" not in text


def test_kept_answers_come_back_as_they_were_and_make_the_same_bytes(tmp_path):
    pages, x = made_up_pages()
    answers = kept_answers(pages, x).assign(page_id=lambda table: table["page_id"].where(table.index > 2, ""))
    write_answers(answers, tmp_path, "knn")
    content = answers_path(tmp_path, "knn").read_bytes()
    pd.testing.assert_frame_equal(read_answers(tmp_path, "knn"), answers)
    write_answers(read_answers(tmp_path, "knn"), tmp_path, "knn")
    assert answers_path(tmp_path, "knn").read_bytes() == content
    assert content[:6] == b"\xfd7zXZ\x00"


def test_recall_of_mi_counts_mi_pages_only():
    shares = np.eye(4)[[1, 0, 1, 1]]
    assert mi_recall(np.array([1, 1, 0, 2]), shares) == 0.5
    assert np.isnan(mi_recall(np.array([0, 2]), shares[:2]))


def test_two_models_are_averaged_page_by_page():
    pages, x = made_up_pages()
    first = kept_answers(pages, x)
    shares = first[[f"p_{name}" for name in CLASSES]].to_numpy()
    both = together(first, first)
    np.testing.assert_allclose(both["logit_MI"], np.log(shares[:, 1] + 1e-6), atol=1e-3)
    assert both[[f"p_{name}" for name in CLASSES]].to_numpy().sum(axis=1) == pytest.approx(1, abs=1e-4)
    with pytest.raises(ValueError, match="same pages in the same folds"):
        together(first, first.iloc[::-1].reset_index(drop=True))
