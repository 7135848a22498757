"""KNN, SVM, random forest and XGBoost on signal features; all fitted steps are in one pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heartlab.train.by_fold import Classifier

ESTIMATORS = {"knn": "KNN", "svm": "SVM", "forest": "Random forest", "xgboost": "XGBoost"}
"""Titles of the classifiers, by name."""

PCA_SHARE = 0.95
"""Share of the variance that PCA keeps."""

SMOTE_NEIGHBOURS = 5
"""SMOTE's usual number of neighbours."""


def pipeline(name: str, seed: int = 0, *, pca: bool = False, smote: bool = False) -> Classifier:
    """Return an untrained pipeline: gaps filled, scaled, perhaps PCA and SMOTE, then the estimator.

    SMOTE (Chawla et al., JAIR 16:321, 2002) is a step of an imbalanced-learn pipeline, so that it runs in ``fit`` only:
    no made-up row is ever tested, and none is made from a tested one.

    Parameters
    ----------
    name : str
        Key of `ESTIMATORS`.
    seed : int
    pca, smote : bool
    """
    from imblearn.over_sampling import SMOTE
    from imblearn.pipeline import Pipeline
    from sklearn.decomposition import PCA
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import StandardScaler

    steps: list[tuple[str, Any]] = [("gaps", SimpleImputer(strategy="median")), ("scale", StandardScaler())]
    if pca:
        steps.append(("pca", PCA(PCA_SHARE, svd_solver="full")))
    if smote:
        steps.append(("smote", SMOTE(k_neighbors=SMOTE_NEIGHBOURS, random_state=seed)))
    made: Classifier = Pipeline([*steps, ("model", _estimator(name, seed, balanced=not smote))])
    return made


def _estimator(name: str, seed: int, *, balanced: bool) -> Any:
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.svm import SVC
    from xgboost import XGBClassifier

    weight = "balanced" if balanced else None
    if name == "knn":
        return KNeighborsClassifier(9, weights="distance")
    if name == "svm":
        return CalibratedClassifierCV(SVC(C=3.0, gamma="scale", class_weight=weight, random_state=seed), ensemble=False)
    if name == "forest":
        return RandomForestClassifier(200, min_samples_leaf=2, class_weight=weight, random_state=seed)
    return XGBClassifier(
        n_estimators=150,
        max_depth=3,
        learning_rate=0.12,
        subsample=0.7,
        colsample_bytree=0.3,
        n_jobs=1,
        random_state=seed,
    )


def linear_head(seed: int = 0) -> Classifier:
    """Return an untrained linear head for the features of a frozen network."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = LogisticRegression(C=0.003, class_weight="balanced", max_iter=500, random_state=seed)
    head: Classifier = make_pipeline(StandardScaler(), model)
    return head
