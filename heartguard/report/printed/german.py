"""German for statements, by their codes and values, and for fixed sentences, by their English text."""

from __future__ import annotations

import re

from heartguard.report.printed.words import number
from heartguard.statements import Statement

__all__ = ["SENTENCES", "STATEMENTS", "german_sentence", "german_statement"]

STATEMENTS: dict[str, str] = {
    "recording.arms_swapped": (
        "Armelektroden wahrscheinlich vertauscht: P, QRS und T in I nach unten, QRS in V6 nach oben. EKG wiederholen."
    ),
    "recording.lead_off": "Gerade Linie ohne Komplexe in {leads}: eine Elektrode kann ab sein.",
    "rate.slow": "Langsam: {heart_rate_bpm:0}/min.",
    "rate.fast": "Schnell: {heart_rate_bpm:0}/min.",
    "rhythm.flutter": "Vorhofflattern: Vorhoffrequenz {atrial_rate_bpm:0}/min, Kammerfrequenz {heart_rate_bpm:0}/min.",
    "rhythm.fast_without_p": (
        "Regelmäßig und schnell, {heart_rate_bpm:0}/min, ohne deutliche P-Welle, wie bei Vorhofflattern mit "
        "2:1-Überleitung."
    ),
    "rhythm.irregular_without_p": (
        "RR-Abstände unregelmäßig, ohne P-Wellen vor den QRS-Komplexen, wie bei Vorhofflimmern."
    ),
    "rhythm.irregular": "Unregelmäßige RR-Abstände (Variationskoeffizient {rr_variation:2}).",
    "rhythm.pause": "Pause: {longest_rr_s:1} s zwischen zwei Schlägen ({count:0} insgesamt).",
    "ectopy.ventricular": "Ventrikuläre Extrasystolen: {count:0}.",
    "ectopy.supraventricular": "Supraventrikuläre Extrasystolen: {count:0}.",
    "ectopy.run": "{count:0} ventrikuläre Schläge in Folge mit {rate_bpm:0}/min.",
    "pacing.ventricular": "Ventrikuläre Stimulation: {count:0} Schläge beginnen mit einem Schrittmacherimpuls.",
    "pacing.atrial": "Vorhofstimulation: {count:0} Schläge mit einem Schrittmacherimpuls vor der P-Welle.",
    "pacing.no_capture": "{count:0} Schrittmacherimpulse ohne folgenden QRS-Komplex (keine Antwort des Herzens).",
    "conduction.third_degree": (
        "P-Wellen und QRS-Komplexe unabhängig voneinander, wie bei AV-Block III. Grades ({lone_p:0} P ohne QRS)."
    ),
    "conduction.second_degree": "AV-Block II. Grades: {lone_p:0} P-Wellen ohne folgenden QRS-Komplex.",
    "conduction.first_degree": "AV-Block I. Grades: PQ {pr_ms:0} ms (über 200).",
    "conduction.rbbb": "Rechtsschenkelblock: QRS {qrs_ms:0} ms, spätes R in V1, breites S in I oder V6.",
    "conduction.incomplete_rbbb": (
        "Inkompletter Rechtsschenkelblock: QRS {qrs_ms:0} ms, spätes R in V1, breites S in I oder V6."
    ),
    "conduction.lbbb": "Linksschenkelblock: QRS {qrs_ms:0} ms, V1 nach unten, kein Q in I und V6.",
    "conduction.ivcd": "Intraventrikuläre Leitungsverzögerung: QRS {qrs_ms:0} ms, Form keines Schenkels.",
    "conduction.lafb": "Linksanteriorer Hemiblock: Achse {axis_deg:0}°, qR in aVL, rS in III.",
    "conduction.lpfb": "Linksposteriorer Hemiblock: Achse {axis_deg:0}°, rS in I und aVL, qR in III und aVF.",
    "axis.extreme": "Extreme Achse: {axis_deg:0}°.",
    "axis.left": "Abweichung der Achse nach links: {axis_deg:0}° (normal −30 bis 90).",
    "axis.right": "Abweichung der Achse nach rechts: {axis_deg:0}° (normal −30 bis 90).",
    "repolarisation.long_qt": "QT verlängert: QTc {qtc:0} ms.",
    "repolarisation.short_qt": "QT verkürzt: QTc {qtc:0} ms.",
    "st.elevation": "ST-Hebung in {listed} mV.",
    "st.depression": "ST-Senkung in {listed} mV.",
    "infarction.q_waves": "Q-Zacken in {listed} mV.",
    "voltage.low_limbs": (
        "Niedervoltage: höchster QRS-Komplex der Extremitätenableitungen {highest_mv:2} mV (unter 0,5)."
    ),
    "voltage.low_chest": "Niedervoltage: höchster QRS-Komplex der Brustwandableitungen {highest_mv:2} mV (unter 1).",
    "voltage.lvh": "Linksventrikuläre Hypertrophie nach Voltage-Kriterien: {listed} mV.",
}
"""By code. A field is a value of the statement and its decimals; ``leads`` are its leads, ``listed`` all its values."""

SENTENCES: dict[str, str] = {
    "No heart beats were found: the traces are empty, flat or too noisy. Measure by hand on the page.": (
        "Keine Herzschläge gefunden: Kurven leer, flach oder zu verrauscht. Bitte von Hand auf der Seite messen."
    ),
    "Only one heart beat is on the page: there is no interval to take a rate from.": (
        "Nur ein Herzschlag auf der Seite: kein Abstand, aus dem eine Frequenz folgt."
    ),
    "The limb leads I, II and III are not traced together anywhere on the page, so they cannot be checked.": (
        "I, II und III sind nirgends gleichzeitig zu sehen und lassen sich nicht prüfen."
    ),
    "The limb leads are missing, or their waves are as much up as down, so the axis is undefined.": (
        "Die Extremitätenableitungen fehlen, oder ihre Ausschläge heben sich auf: die Achse ist unbestimmt."
    ),
    "The leads that this voltage is added up from are not all on the page.": (
        "Die Ableitungen dieser Summe sind nicht alle auf der Seite."
    ),
    "The RR intervals differ too much to correct QT for the rate. Judge QT by several beats of like RR.": (
        "Die RR-Abstände sind zu verschieden, um QT auf die Frequenz zu beziehen. QT an mehreren Schlägen mit "
        "ähnlichem RR messen."
    ),
    "The beginning or end of the QRS complex is not clear in the median beat. Measure it by hand.": (
        "Anfang oder Ende des QRS-Komplexes sind unklar. Bitte von Hand messen."
    ),
    "The end of the T wave is not clear in the median beat. Measure it by hand.": (
        "Das Ende der T-Welle ist unklar. Bitte von Hand messen."
    ),
    "No P wave was found before the QRS complexes.": "Vor den QRS-Komplexen wurde keine P-Welle gefunden.",
    "The waves before the QRS complexes differ from beat to beat: no P wave has a fixed distance to them.": (
        "Die Wellen vor den QRS-Komplexen wechseln von Schlag zu Schlag: keine P-Welle hat festen Abstand."
    ),
    "The rhythm is too fast: a P wave would fall on the T wave of the beat before.": (
        "Der Rhythmus ist zu schnell: eine P-Welle fiele auf die T-Welle des Schlags davor."
    ),
    "The waves before the QRS complexes are those of an atrial flutter: none of them belongs to one complex.": (
        "Vorhofflattern: keine der Wellen vor den QRS-Komplexen gehört zu einem von ihnen."
    ),
    "Several atrial waves of like size lie between the QRS complexes, as in atrial flutter or a block.": (
        "Mehrere gleich große Vorhofwellen zwischen den QRS-Komplexen, wie bei Vorhofflattern oder einem Block."
    ),
    "The beginning of the P wave cannot be told from the T wave of the beat before it.": (
        "Der Anfang der P-Welle ist von der T-Welle davor nicht zu trennen."
    ),
    "No beats were found, or only one.": "Keine Schläge gefunden oder nur einer.",
    "The page was traced too poorly to state anything of it. Judge it by eye.": (
        "Die Seite ließ sich zu schlecht lesen, um etwas auszusagen. Bitte selbst beurteilen."
    ),
}
"""By the English sentence, for the reasons of measurements and statements that are withheld."""

_FIELD = re.compile(r"\{(\w+)(?::(\d))?\}")

_NAMES = {"sokolow_lyon_mv": "Sokolow-Lyon", "cornell_mv": "Cornell", "r_avl_mv": "R in aVL"}
"""How a value of a list is called; values of leads by their lead."""

_QTC = ("qtc_ms", "qtc_fridericia_ms")
"""Either is the value of ``qtc``."""


def german_statement(statement: Statement) -> str:
    """Return a statement in German; its English text where its code is not in the table.

    Examples
    --------
    >>> german_statement(Statement("rhythm.pause", "Pause.", {"longest_rr_s": 2.44, "count": 1}))
    'Pause: 2,4 s zwischen zwei Schlägen (1 insgesamt).'
    """
    values = dict(statement.values)
    values["qtc"] = next((values[name] for name in _QTC if name in values), 0.0)
    listed = ", ".join(f"{_named(name)} {number(value, 2, 'de')}" for name, value in statement.values.items())
    texts = {"leads": ", ".join(statement.leads), "listed": listed}

    def filled(field: re.Match[str]) -> str:
        name, decimals = field.groups()
        return texts[name] if name in texts else number(values[name], int(decimals or 0), "de")

    return _FIELD.sub(filled, STATEMENTS[statement.code]) if statement.code in STATEMENTS else statement.text


def german_sentence(text: str) -> str:
    """Return a fixed sentence in German, any other as it is."""
    return SENTENCES.get(text, text)


def _named(name: str) -> str:
    return _NAMES.get(name, name.partition("_")[0])
