// Die Texte der Konsole auf Deutsch. Ein Paar gilt für eins und für jede andere Zahl.
export default {
  "login.what": "Der Kommentartisch", "login.name": "Name", "login.password": "Passwort", "login.enter": "Anmelden",
  "login.wrong": "Name oder Passwort ist falsch.", logout: "Abmelden", language: "Sprache", close: "Schließen",
  offline: "Der Server ist nicht erreichbar.", failed: "Das hat nicht geklappt: {why}",
  "live.on": "Neue Kommentare kommen von selbst", "live.off": "Verbindung verloren, neuer Versuch läuft",
  waiting: ["Kommentar wartet", "Kommentare warten"], oldest: "ältester {age}",
  "age.now": "jetzt", "age.minutes": "{n} Min.", "age.hours": "{n} Std.", "age.days": "{n} T.",

  queue: "Liste", search: "Text oder Name suchen", "queue.sort": "Reihenfolge", "queue.reason": "Haltegrund", "queue.site": "Website",
  "queue.all": "Alle Gründe", "queue.sites": "Alle Websites", more: "Weitere anzeigen", fresh: ["{n} neuer Kommentar", "{n} neue Kommentare"], "queue.only": "Nur von {name}",
  "queue.empty": "Alles erledigt. Nichts wartet.", "queue.nothing": "Nichts gefunden.", select: "Kommentar von {name} auswählen",
  selected: "{n} ausgewählt", clear: "Aufheben", "queue.held": "bei {name}", "queue.done": "anderswo entschieden",
  "sort.risk": "Heikelste zuerst", "sort.oldest": "Älteste zuerst", "sort.newest": "Neueste zuerst",

  "reason.spam": "Spam", "reason.abuse": "Beleidigung", "reason.off_topic": "Thema verfehlt", "reason.illegal": "Rechtswidrig", "reason.other": "Anderes",
  "reason.premoderation": "Alles wird gehalten", "reason.honeypot": "Verstecktes Feld ausgefüllt", "reason.flagged": "Von Lesern gemeldet", "reason.rule": "Eine Regel der Website",
  "status.approved": "veröffentlicht", "status.rejected": "abgelehnt", "status.pending": "wartet", "action.approve": "freigegeben", "action.reject": "abgelehnt", "action.hold": "gehalten",

  comment: "Kommentar", "comment.none": "Kein Kommentar ist offen.", "comment.parent": "Antwort an {name}", "comment.flags": ["{n} Meldung von Lesern", "{n} Meldungen von Lesern"],
  "comment.thread": ["{n} weiterer Kommentar in diesem Faden", "{n} weitere Kommentare in diesem Faden"], "comment.open": "Artikel öffnen",
  "comment.held": "{name} hat diesen Kommentar bis {time}.", "comment.gone": "Dieser Kommentar wartet nicht mehr.", "comment.decided": "{name}: {action}, {age}.",

  why: "Warum er gehalten wurde", "why.hold": "gehalten ab {p}", "why.reject": "abgelehnt ab {p}", "why.more": ["{n} weiteres Anzeichen", "{n} weitere Anzeichen"], "why.less": "Weniger Anzeichen", "why.none": "Keine Anzeichen im Text.", "why.model": "Modell {version}",
  "signal.word": "Wort", "signal.pair": "Wörter", "signal.chars": "Buchstaben", "signal.link": "Link", "signal.number": "Zahl", "signal.mark": "Zeichen", "signal.fold": "Tarnung", "signal.shape": "Form", "signal.author": "Autor",
  "signal.article": "Artikel", "signal.rule": "Regel", "signal.campaign": "Kampagne", "signal.prior": "Vor dem Lesen", "signal.rest": "Alles Übrige",

  copies: "{n} Beinahe-Kopien, Autoren: {m}", "copies.all": "Alle davon auswählen", "copies.only": "Nur Beinahe-Kopien",
  rules: "Regeln", "rules.save": "Sichern", "rules.saved": "Die Regeln sind gesichert.", "rules.text": "Was geschähe mit diesem Text? Nichts wird behalten.", "rules.try": "Prüfen",
  "blocked_words.words": "Gesperrte Wörter und Wendungen, je Zeile eine; * für jede Endung", "suspect_words.words": "Verdächtige Wörter und Wendungen",
  "blocked_domains.domains": "Gesperrte Domains", "links.allowed": "Domains, deren Links nicht zählen", "rules.rest": "Alles Übrige, als JSON",

  approve: "Freigeben", reject: "Ablehnen", "reject.why": "Ablehnen als", cancel: "Abbrechen", undo: "Rückgängig", note: "Notiz", "note.add": "Notiz für die Redaktion, bleibt bei der Entscheidung",
  "done.approve": "Freigegeben: {name}", "done.reject": "Abgelehnt ({reason}): {name}", "done.approve.many": ["{n} Kommentar freigegeben", "{n} Kommentare freigegeben"], "done.reject.many": ["{n} Kommentar abgelehnt", "{n} Kommentare abgelehnt"],
  "done.failed": ["{n} ließ sich nicht entscheiden und bleibt hier.", "{n} ließen sich nicht entscheiden und bleiben hier."], "done.undone": "Rückgängig gemacht. Er wartet wieder.",
  "conflict.decided": "{name} war schneller: {action}. Ihre Entscheidung gilt nicht.", "conflict.held": "{name} arbeitet an diesem Kommentar. Ihre Entscheidung gilt nicht.",
  "conflict.changed": "Der Kommentar hat sich geändert. Ihre Entscheidung gilt nicht: bitte noch einmal ansehen.", "conflict.undo": "Der Kommentar hat sich seitdem geändert, das geht nicht mehr rückgängig.",

  author: "Autor", "author.record": "Bisher auf dieser Website", "author.first": "Der erste Kommentar unter diesem Namen.", "author.id": "Bekannt als", "author.email": "E-Mail", "author.url": "Angegebene Adresse", "author.net": "Netz", "author.browser": "Browser",
  "author.others": "Wartet auch", "author.all": "Nur diesen Autor", history: "Was mit ihm geschah", arrived: "eingetroffen", undone: "rückgängig durch {name}", recent: "Ihre letzten Entscheidungen",

  keys: "Alle Tasten", "keys.a": "freigeben", "keys.r": "ablehnen, dann der Grund", "keys.u": "rückgängig", "keys.j": "nächster", "keys.k": "voriger", "keys.x": "auswählen",
  "keys.X": "bis hier auswählen", "keys.e": "alle Anzeichen, oder weniger", "keys.n": "Notiz schreiben", "keys./": "suchen", "keys.?": "alle Tasten", "keys.Escape": "Feld verlassen, abbrechen",
};
