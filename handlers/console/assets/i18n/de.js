// Die Texte der Konsole auf Deutsch. Ein Paar gilt für eins und für jede andere
// Zahl; der Name einer Gruppe selbst steht unter "_".
export default {
  logout: "Abmelden", language: "Sprache", close: "Schließen", offline: "Der Server ist nicht erreichbar.", failed: "Fehler: {why}",
  waiting: ["Kommentar wartet", "Kommentare warten"], oldest: "ältester {age}", search: "Text oder Name suchen", more: "Weitere anzeigen",
  comments: ["{n} Kommentar", "{n} Kommentare"], fresh: "{n} neu", select: "Kommentar von {name} auswählen", selected: "{n} ausgewählt", clear: "Aufheben", approve: "Freigeben",
  cancel: "Abbrechen", undo: "Rückgängig", history: "Was mit ihm geschah", arrived: "eingetroffen", undone: "rückgängig durch {name}",
  recent: "Ihre letzten Entscheidungen", find: "Suchen", save: "Sichern", saved: "Gesichert.", all: "alle", none: "Hier ist nichts.", numbers: "Als Tabelle",
  test: "Prüfen", csv: "Als CSV", head: "{n} Zeilen, bis {hash}",
  login: { what: "Der Kommentartisch", enter: "Anmelden", wrong: "Name oder Passwort ist falsch." },
  live: { on: "Neue Kommentare kommen von selbst", off: "Verbindung verloren" },
  age: { now: "jetzt", minutes: "{n} Min.", hours: "{n} Std.", days: "{n} T." },
  queue: {
    sort: "Reihenfolge", reason: "Haltegrund", all: "Alle Gründe", sites: "Alle Websites", only: "Nur von {name}",
    empty: "Alles erledigt. Nichts wartet.", nothing: "Nichts gefunden.", held: "bei {name}", done: "anderswo entschieden",
  },
  sort: { risk: "Heikelste zuerst", oldest: "Älteste zuerst", newest: "Neueste zuerst" },
  reason: {
    spam: "Spam", abuse: "Beleidigung", off_topic: "Thema verfehlt", illegal: "Rechtswidrig", other: "Anderes", premoderation: "Alles wird gehalten",
    honeypot: "Verstecktes Feld ausgefüllt", flagged: "Von Lesern gemeldet", rule: "Eine Regel der Website", second_look: "Zweiter Blick uneinig",
  },
  status: { approved: "veröffentlicht", rejected: "abgelehnt", pending: "wartet" },
  action: { approve: "freigegeben", reject: "abgelehnt", hold: "gehalten" },
  comment: {
    _: "Kommentar", none: "Kein Kommentar ist offen.", parent: "Antwort an {name}", flags: ["{n} Meldung", "{n} Meldungen"],
    thread: "{n} weitere in diesem Faden", open: "Artikel öffnen", held: "{name} hat ihn bis {time}.",
    gone: "Er wartet nicht mehr.", decided: "{name}: {action}, {age}.",
  },
  why: {
    _: "Warum er gehalten wurde", hold: "gehalten ab {p}", reject: "abgelehnt ab {p}", more: ["{n} weiteres Anzeichen", "{n} weitere Anzeichen"], less: "Weniger Anzeichen",
    none: "Keine Anzeichen im Text.", model: "Modell {version}",
  },
  signal: {
    word: "Wort", pair: "Wörter", chars: "Buchstaben", link: "Link", number: "Zahl", mark: "Zeichen", fold: "Tarnung", shape: "Form", author: "Autor", article: "Artikel",
    rule: "Regel", campaign: "Kampagne", prior: "Vor dem Lesen", rest: "Alles Übrige",
  },
  copies: { _: "{n} Beinahe-Kopien, Autoren: {m}", all: "Alle davon auswählen", only: "Nur Beinahe-Kopien" },
  reject: { _: "Ablehnen", why: "Ablehnen als" },
  note: { _: "Notiz", add: "Notiz für die Redaktion" },
  done: {
    approve: "Freigegeben: {who}", reject: "Abgelehnt ({reason}): {who}", failed: "Nicht entschieden: {n}.", undone: "Rückgängig gemacht, wartet wieder.",
  },
  conflict: {
    lost: "Ihre Entscheidung gilt nicht.", decided: "{name} war schneller: {action}.", held: "{name} arbeitet daran.",
    changed: "Er hat sich geändert.",
    undo: "Er hat sich seitdem geändert: zu spät.",
  },
  author: {
    _: "Autor", record: "Bisher auf dieser Website", first: "Der erste Kommentar", id: "Bekannt als", email: "E-Mail", url: "Angegebene Adresse",
    net: "Netz", browser: "Browser", others: "Wartet auch", all: "Nur diesen Autor",
  },
  keys: {
    _: "Alle Tasten", a: "freigeben", r: "ablehnen, dann der Grund", u: "rückgängig", j: "nächster", k: "voriger", x: "auswählen", X: "bis hier auswählen",
    e: "alle Anzeichen", n: "Notiz schreiben", "/": "suchen", "?": "alle Tasten", Escape: "abbrechen",
  },
  pages: { _: "Seiten", queue: "Liste", stats: "Statistik", models: "Modelle", sites: "Websites", audit: "Protokoll", people: "Personen" },
  field: {
    name: "Name", slug: "Kurzname", mode: "Was der Filter durchlässt", origins: "Herkünfte ohne Schlüssel, je Zeile eine", hold: "Halten ab",
    reject: "Ablehnen ab", second_look: "Zweite Blicke, 0 bis 1; leer: 0,01",
    "thresholds.hold": "Halten ab; leer: wie das Modell", "thresholds.reject": "Ablehnen ab",
    "retention.addresses": "Adressen behalten, Tage; 0: für immer", "retention.rejected": "Abgelehnte Texte behalten, Tage", "retention.labels": "Labels behalten, Tage",
    rest: "Alles Übrige, als JSON", text: "Text zur Probe; nichts wird behalten", role: "Rolle", sites: "Websites, je Zeile eine; leer: alle",
    disabled: "Kein Zugang", password: "Passwort", renewed: "Neues Passwort; leer: wie bisher", at: "Wann", actor: "Wer", site: "Website", action: "Was", subject: "Wovon",
    since: "Von", until: "Bis", change: "Vorher → nachher", address: "Adresse", file: "Modelldatei",
    "blocked_words.words": "Gesperrte Wörter, je Zeile eines; * für jede Endung", "suspect_words.words": "Verdächtige Wörter",
    "blocked_domains.domains": "Gesperrte Domains", "links.allowed": "Domains, deren Links nicht zählen",
  },
  mode: { post: "gleich veröffentlicht", pre: "für Moderatoren gehalten" },
  role: { moderator: "Moderation", editor: "Redaktion", admin: "Verwaltung" },
  sites: { rules: "Wörter und Regeln", add: "Neue Website", key: "Neuer Schlüssel", keyed: "Der geheime Schlüssel, nur jetzt zu sehen: {key}" },
  people: { add: "Neue Person" },
  models: {
    live: "aktiv", origin: "Woher", created_at: "Entstanden", labels: "Labels: Ham, Spam, Beleidigung", auc: "AUC", recall: "gefunden bei 1 % Fehlalarm", mcc: "MCC",
    ece: "Kalibrierfehler", bins: "Vorhergesagt (Linie) und wahr", observed: "wahr", foretold: "vorhergesagt", promote: "Einsetzen", rollback: "Zurück",
    train: "Jetzt lernen", upload: "Hochladen", running: "Lernt, begonnen von {by}", done: "Zuletzt gelernt: {version}.", failed: "Das Lernen ist gescheitert: {error}",
  },
  stats: {
    arrivals: "Kommentare je Tag", decisions: "Entscheidungen je Tag", moderators: "Entscheidungen, 30 Tage",
    agreement: "Was Moderatoren daraus machten", looks: "Zweite Blicke, 30 Tage", decision: "Auf Moderatoren", machine: "Die Maschine", count: "Anzahl", share: "einig",
    waiting: "Warten auf die erste Entscheidung", scores: "Risiko in 30 Tagen (√), und was Menschen sagten", open: "nichts", try: "Änderung, etwa",
  },
};
