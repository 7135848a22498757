"""The words of the printed report in English and German, in one table, and how numbers and dates are written."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple, get_args

__all__ = ["LANGUAGES", "WORDS", "Language", "Words", "day", "number", "word"]

Language = Literal["en", "de"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


class Words(NamedTuple):
    """One text in each language; fields in braces are filled in."""

    en: str
    de: str


WORDS: dict[str, Words] = {
    "ecg": Words("ECG", "EKG"),
    "title": Words("ECG report", "EKG-Bericht"),
    "made": Words("Report of {day}", "Bericht vom {day}"),
    "page": Words("page {page} of {pages}", "Seite {page} von {pages}"),
    "page.single": Words("page {page}", "Seite {page}"),
    "part": Words("ECG {part} of {parts} on the page", "EKG {part} von {parts} auf der Seite"),
    "sheet": Words("Sheet {number} of {count}", "Blatt {number} von {count}"),
    "patient": Words("Patient", "Patient"),
    "patient.name": Words("Name, date of birth", "Name, Geburtsdatum"),
    "patient.age": Words("{age} years", "{age} Jahre"),
    "patient.female": Words("female", "weiblich"),
    "patient.male": Words("male", "männlich"),
    "paper": Words("25 mm/s, 10 mm/mV when printed at 100 % on A4", "25 mm/s, 10 mm/mV bei Druck mit 100 % auf A4"),
    "paper.marks": Words(
        "Below the traces: P, QRS, T and the RR intervals in ms; E ectopic, S paced, F fused beat.",
        "Unter den Kurven: P, QRS, T und RR-Abstände in ms; E Extrasystole, S stimulierter, F fusionierter Schlag.",
    ),
    "seconds": Words("{first} to {last} s", "{first} bis {last} s"),
    "disclaimer": Words(
        "Decision support for research and education, not a medical device.",
        "Entscheidungshilfe für Forschung und Lehre, kein Medizinprodukt.",
    ),
    "unconfirmed": Words(
        "Made by a program, not confirmed by a doctor.", "Maschinell erstellt, ärztlich nicht bestätigt."
    ),
    "reviewed": Words(
        "Made by a program; the doctor's review is stated apart.",
        "Maschinell erstellt; die ärztliche Beurteilung steht gesondert.",
    ),
    "signed": Words("Confirmed by, date", "Bestätigt durch, Datum"),
    # The answer
    "answer": Words("Answer of the models", "Antwort der Modelle"),
    "answer.none": Words("No class given", "Keine Klasse genannt"),
    "answer.unsure": Words("Not sure; closest: {name}", "Unsicher; am nächsten: {name}"),
    "answer.possible": Words(
        "Not ruled out (at {coverage}): {names}", "Nicht ausgeschlossen (bei {coverage}): {names}"
    ),
    "answer.nothing_possible": Words("None of the four classes fits well.", "Keine der vier Klassen passt gut."),
    "answer.second": Words("Signal model: {name} ({share}).", "Signalmodell: {name} ({share})."),
    "answer.network": Words(
        "VGG16 (image model) alone: {name} ({share}).", "VGG16 (Bildmodell) allein: {name} ({share})."
    ),
    "classes": Words("Class probabilities", "Wahrscheinlichkeiten der Klassen"),
    "class.Normal": Words("Normal", "Normal"),
    "class.MI": Words("Myocardial infarction", "Herzinfarkt"),
    "class.PMI": Words("History of MI", "Früherer Herzinfarkt"),
    "class.HB": Words("Abnormal heartbeat", "Auffälliger Herzschlag"),
    "findings": Words("Findings of the models", "Befunde der Modelle"),
    "findings.none": Words("None of the models' findings stands out.", "Kein Befund der Modelle tritt hervor."),
    "finding.rhythm:AFIB": Words("Atrial fibrillation", "Vorhofflimmern"),
    "finding.rhythm:SBRAD": Words("Sinus bradycardia", "Sinusbradykardie"),
    "finding.rhythm:STACH": Words("Sinus tachycardia", "Sinustachykardie"),
    "finding.form:PVC": Words("Ventricular premature beats", "Ventrikuläre Extrasystolen"),
    "finding.form:STD": Words("ST depression", "ST-Senkung"),
    "finding.sub:AMI": Words("Anterior infarction pattern", "Muster eines Vorderwandinfarkts"),
    "finding.sub:AVB": Words("AV block", "AV-Block"),
    "finding.sub:CLBBB": Words("Complete left bundle branch block", "Kompletter Linksschenkelblock"),
    "finding.sub:CRBBB": Words("Complete right bundle branch block", "Kompletter Rechtsschenkelblock"),
    "finding.sub:IMI": Words("Inferior infarction pattern", "Muster eines Hinterwandinfarkts"),
    "finding.sub:LAFB/LPFB": Words("Fascicular block", "Faszikulärer Block"),
    "finding.sub:LVH": Words("Left ventricular hypertrophy", "Linksventrikuläre Hypertrophie"),
    "shares": Words("Where VGG16 saw it: share of its evidence", "Wo VGG16 es sah: Anteil seiner Hinweise"),
    "shares.rhythm": Words("rhythm strip", "Rhythmusstreifen"),
    # The doctor's review
    "review": Words("Doctor's review", "Ärztliche Beurteilung"),
    "review.doctor": Words("Doctor", "Ärztlich"),
    "review.no_class": Words("no class named", "keine Klasse genannt"),
    "review.accepted": Words("accepted", "bestätigt"),
    "review.overruled": Words("overruled", "abweichend"),
    "review.program": Words(
        "The program had answered: {said} (model {model}).", "Das Programm hatte geantwortet: {said} (Modell {model})."
    ),
    "review.wrong": Words("Called wrong: {statement}", "Für falsch erklärt: {statement}"),
    "review.measured": Words("{name}: {set} by the doctor (read: {read})", "{name}: {set} ärztlich (gelesen: {read})"),
    "review.note": Words("Note: {note}", "Anmerkung: {note}"),
    "review.signed": Words("Reviewed by {initials}, {day}.", "Beurteilt von {initials}, {day}."),
    "review.unsigned": Words("Reviewed without initials, {day}.", "Beurteilt ohne Kürzel, {day}."),
    # Measurements
    "measurements": Words("Measurements", "Messwerte"),
    "measurement": Words("Value", "Wert"),
    "range": Words("Normal in adults", "Norm für Erwachsene"),
    "not_measured": Words("not measured", "nicht gemessen"),
    "not_measured.why": Words("Why values are missing", "Warum Werte fehlen"),
    "heart_rate_bpm": Words("Rate", "Frequenz"),
    "rr_ms": Words("RR, mean", "RR, Mittel"),
    "p_ms": Words("P", "P"),
    "pr_ms": Words("PR", "PQ"),
    "qrs_ms": Words("QRS", "QRS"),
    "qt_ms": Words("QT", "QT"),
    "qtc_ms": Words("QTc Bazett", "QTc Bazett"),
    "qtc_fridericia_ms": Words("QTc Fridericia", "QTc Fridericia"),
    "qtc_framingham_ms": Words("QTc Framingham", "QTc Framingham"),
    "qtc_hodges_ms": Words("QTc Hodges", "QTc Hodges"),
    "axis_deg": Words("QRS axis", "QRS-Achse"),
    "p_axis_deg": Words("P axis", "P-Achse"),
    "t_axis_deg": Words("T axis", "T-Achse"),
    "sokolow_lyon_mv": Words("Sokolow-Lyon", "Sokolow-Lyon"),
    "cornell_mv": Words("Cornell", "Cornell"),
    "r_avl_mv": Words("R in aVL", "R in aVL"),
    "between": Words("{low} to {high}", "{low} bis {high}"),
    "up_to": Words("up to {high}", "bis {high}"),
    "by_sex": Words("{low} to {men} (m), {high} (f)", "{low} bis {men} (m), {high} (w)"),
    "below": Words("below {high}", "unter {high}"),
    "high": Words("high", "hoch"),
    "low": Words("low", "niedrig"),
    "high for men": Words("high for men", "hoch für Männer"),
    "irregular": Words("irregular", "unregelmäßig"),
    "left axis": Words("left axis", "Linkstyp"),
    "right axis": Words("right axis", "Rechtstyp"),
    "extreme axis": Words("extreme axis", "extreme Achse"),
    # Statements
    "statements": Words("What the measurements show", "Was die Messwerte zeigen"),
    "statements.none": Words(
        "No rule found anything to state. That does not rule out disease.",
        "Keine Regel fand etwas zu nennen. Das schließt eine Krankheit nicht aus.",
    ),
    "statements.withheld": Words(
        "Nothing is stated, as not all was judged: see the details.",
        "Ohne Aussage, da nicht alles beurteilt wurde: siehe Einzelheiten.",
    ),
    "statements.more": Words("{count} more on sheet {sheet}.", "{count} weitere auf Blatt {sheet}."),
    "withheld": Words("Not judged", "Nicht beurteilt"),
    "subject.electrodes": Words("electrodes", "Elektroden"),
    "subject.rate": Words("rate", "Frequenz"),
    "subject.regularity": Words("regularity", "Regelmäßigkeit"),
    "subject.pauses": Words("pauses", "Pausen"),
    "subject.ectopic beats": Words("ectopic beats", "Extrasystolen"),
    "subject.pacing": Words("pacing", "Schrittmacher"),
    "subject.AV conduction": Words("AV conduction", "AV-Überleitung"),
    "subject.axis": Words("axis", "Lagetyp"),
    "subject.conduction blocks": Words("conduction blocks", "Schenkelblöcke"),
    "subject.QT": Words("QT", "QT"),
    "subject.ST segment": Words("ST segment", "ST-Strecke"),
    "subject.Q waves": Words("Q waves", "Q-Zacken"),
    "subject.low voltage": Words("low voltage", "Niedervoltage"),
    "subject.hypertrophy": Words("hypertrophy", "Hypertrophie"),
    # What is uncertain
    "quality": Words("Quality of the tracing", "Güte der Aufzeichnung"),
    "quality.poor": Words("poor: judge the page by eye", "schlecht: Seite selbst beurteilen"),
    "uncertain": Words("What is uncertain", "Was unsicher ist"),
    "uncertain.none": Words("Nothing was found to be doubtful.", "Nichts erschien zweifelhaft."),
    "uncertain.more": Words(
        "{count} more on what is uncertain on sheet {sheet}.", "{count} weitere zu Unsicherem auf Blatt {sheet}."
    ),
    "severity.fault": Words("Fault", "Fehler"),
    "severity.caution": Words("Check", "Prüfen"),
    "severity.note": Words("Note", "Hinweis"),
    "english": Words("", "Sätze ohne Übersetzung stehen auf Englisch."),
    "by_hand": Words("Set by hand", "Von Hand gesetzt"),
    "found": Words("found: {value}", "gefunden: {value}"),
    "quarter_turns": Words("turned by {value} degrees", "gedreht um {value} Grad"),
    "mirrored": Words("left and right exchanged", "links und rechts vertauscht"),
    "unmirrored": Words("left and right as they are", "links und rechts belassen"),
    "corners": Words("corners of the paper", "Ecken des Papiers"),
    "layout": Words("arrangement {value}", "Anordnung {value}"),
    "lead_order": Words("order of the limb leads {value}", "Reihenfolge der Extremitätenableitungen {value}"),
    "speed_mm_per_s": Words("paper speed {value} mm/s", "Papiergeschwindigkeit {value} mm/s"),
    "gain_mm_per_mv": Words("gain {value} mm/mV", "Verstärkung {value} mm/mV"),
    "leads": Words("lead names {value}", "Namen der Ableitungen {value}"),
    "marks": Words("marks from R {value}", "Marken ab R {value}"),
    "picture": Words("The page", "Die Seite"),
    "picture.blanked": Words(
        "All print beside the traces was blanked; it may name the patient.",
        "Aller Druck neben den Kurven ist entfernt; er kann den Patienten nennen.",
    ),
    "picture.whole": Words(
        "As it was read, with all that is printed on it.", "Wie gelesen, mit allem, was darauf steht."
    ),
    "scale": Words(
        "Read at {speed} mm/s and {gain} mm/mV, arrangement {layout}.",
        "Gelesen mit {speed} mm/s und {gain} mm/mV, Anordnung {layout}.",
    ),
    "models": Words("Program and models", "Programm und Modelle"),
}
"""By key, for both languages. Names of classes, findings and subjects follow `heartguard.vocabulary` and
`heartguard.statements`."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""English months: a number would be read in two ways."""


def word(key: str, language: Language, **filled: object) -> str:
    """Return a text of the table with its fields filled in.

    Raises
    ------
    KeyError
        For a key that the table lacks.

    Examples
    --------
    >>> word("answer.unsure", "de", name="Normal")
    'Unsicher; am nächsten: Normal'
    """
    return str(getattr(WORDS[key], language)).format(**filled)


def number(value: float, decimals: int, language: Language) -> str:
    """Write a number with the minus sign and the decimal mark of a language.

    Examples
    --------
    >>> number(-1.234, 2, "en"), number(-1.234, 2, "de")
    ('−1.23', '−1,23')
    """
    text = f"{value:.{decimals}f}".replace("-", "−")
    return text.replace(".", ",") if language == "de" else text


def day(when: date, language: Language) -> str:
    """Write a date so that nobody confuses day and month.

    Examples
    --------
    >>> day(date(2026, 3, 4), "en"), day(date(2026, 3, 4), "de")
    ('4 Mar 2026', '04.03.2026')
    """
    return f"{when:%d.%m.%Y}" if language == "de" else f"{when.day} {_MONTHS[when.month - 1]} {when.year}"
