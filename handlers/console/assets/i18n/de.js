// Die Texte der Konsole auf Deutsch. Ein Paar gilt für eins und für jede andere Zahl.
export default {
  "login.what": "Der Kommentartisch", "login.name": "Name", "login.password": "Passwort", "login.enter": "Anmelden",
  "login.wrong": "Name oder Passwort ist falsch.", "login.failed": "Die Anmeldung hat nicht geklappt: {why}", logout: "Abmelden", language: "Sprache", tabs: "Bereiche", close: "Schließen", actions: "Entscheiden",
  "error.offline": "Der Server ist nicht erreichbar.", "error.any": "Das hat nicht geklappt: {why}",
  "live.on": "Live: neue Kommentare kommen von selbst", "live.off": "Verbindung verloren, neuer Versuch läuft",
  waiting: ["Kommentar wartet", "Kommentare warten"], oldest: "ältester {age}",
  "age.now": "jetzt", "age.minutes": "{n} Min.", "age.hours": "{n} Std.", "age.days": "{n} T.",

  "queue.title": "Liste", "queue.search": "Text oder Name suchen", "queue.sort": "Reihenfolge", "queue.reason": "Haltegrund", "queue.site": "Auftritt",
  "queue.all": "Alle Gründe", "queue.sites": "Alle Auftritte", "queue.more": "Weitere anzeigen", "queue.fresh": ["{n} neuer Kommentar", "{n} neue Kommentare"], "queue.only": "Nur von {name}",
  "queue.empty": "Alles erledigt. Nichts wartet.", "queue.nothing": "Nichts gefunden.", "queue.select": "Kommentar von {name} auswählen",
  "queue.selected": ["{n} ausgewählt", "{n} ausgewählt"], "queue.clear": "Aufheben", "queue.held": "bei {name}", "queue.done": "anderswo entschieden",
  "sort.risk": "Bedenklichste zuerst", "sort.oldest": "Älteste zuerst", "sort.newest": "Neueste zuerst",

  "reason.spam": "Spam", "reason.abuse": "Beleidigung", "reason.off_topic": "Thema verfehlt", "reason.illegal": "Rechtswidrig", "reason.other": "Anderes",
  "reason.premoderation": "Alles wird gehalten", "reason.honeypot": "Verstecktes Feld ausgefüllt", "reason.flagged": "Von Lesern gemeldet", "reason.rule": "Eine Regel des Auftritts",

  "comment.title": "Kommentar", "comment.none": "Kein Kommentar ist offen.", "comment.parent": "Antwort an {name}", "comment.flags": ["{n} Meldung von Lesern", "{n} Meldungen von Lesern"],
  "comment.thread": ["{n} weiterer Kommentar in diesem Faden", "{n} weitere Kommentare in diesem Faden"], "comment.open": "Artikel öffnen",
  "comment.held": "{name} hat diesen Kommentar bis {time}.", "comment.mine": "Ihrer bis {time}", "comment.gone": "Dieser Kommentar wartet nicht mehr.",
  "comment.decided": "{name}: {action}, {age}", "comment.later": "Er bleibt zum Lesen stehen. Die nächste Taste geht weiter.",
  "status.approved": "veröffentlicht", "status.rejected": "abgelehnt", "status.pending": "wartet", "action.approve": "freigegeben", "action.reject": "abgelehnt", "action.hold": "gehalten",

  why: "Warum er gehalten wurde", "why.spam": "Spam", "why.abuse": "Beleidigung", "why.hold": "gehalten ab {p}", "why.reject": "abgelehnt ab {p}",
  "why.more": ["{n} weiteres Anzeichen", "{n} weitere Anzeichen"], "why.less": "Weniger", "why.none": "Keine Anzeichen im Text.", "why.model": "Modell {version}",
  "why.bar": "Gewicht {w}: rechts spricht für Spam, links dagegen", "signal.word": "Wort", "signal.pair": "Wörter", "signal.bigram": "Wörter", "signal.shape": "Form", "signal.chars": "Buchstaben", "signal.url": "Link", "signal.author": "Autor", "signal.rule": "Regel", "signal.fold": "Tarnung",

  approve: "Freigeben", reject: "Ablehnen", "reject.why": "Ablehnen als", cancel: "Abbrechen", undo: "Rückgängig", note: "Notiz", "note.add": "Notiz für die Redaktion, bleibt bei der Entscheidung",
  "done.approve": "Freigegeben: {name}", "done.reject": "Abgelehnt ({reason}): {name}", "done.approve.many": ["{n} Kommentar freigegeben", "{n} Kommentare freigegeben"], "done.reject.many": ["{n} Kommentar abgelehnt", "{n} Kommentare abgelehnt"],
  "done.failed": ["{n} ließ sich nicht entscheiden und bleibt in der Liste", "{n} ließen sich nicht entscheiden und bleiben in der Liste"], "done.undone": "Rückgängig gemacht. Der Kommentar wartet wieder.",
  "conflict.decided": "{name} war schneller: {action}. Ihre Entscheidung gilt nicht.", "conflict.held": "{name} arbeitet an diesem Kommentar. Ihre Entscheidung gilt nicht.",
  "conflict.changed": "Der Kommentar hat sich inzwischen geändert. Ihre Entscheidung gilt nicht: bitte noch einmal ansehen.", "conflict.undo": "Der Kommentar hat sich seitdem geändert, das geht nicht mehr rückgängig.",

  "author.title": "Autor", "author.record": "Bisher auf diesem Auftritt", "author.approved": "veröffentlicht", "author.rejected": "abgelehnt", "author.pending": "wartet",
  "author.id": "Bekannt als", "author.email": "E-Mail", "author.url": "Angegebene Adresse", "author.net": "Netz", "author.browser": "Browser", "author.first": "Der erste Kommentar unter diesem Namen.",
  "author.others": "Wartet auch", "author.all": "Nur diesen Autor", "history.title": "Was mit ihm geschah", "history.none": "Noch keine Entscheidung.", "history.undone": "rückgängig durch {name}",
  "history.arrived": "eingetroffen", "recent.title": "Ihre letzten Entscheidungen",

  "keys.title": "Alle Tasten", "keys.a": "freigeben", "keys.r": "ablehnen, dann der Grund", "keys.u": "rückgängig", "keys.j": "nächster", "keys.k": "voriger", "keys.x": "auswählen",
  "keys.X": "bis hier auswählen", "keys.e": "alle Anzeichen, oder weniger", "keys.n": "Notiz schreiben", "keys./": "suchen", "keys.?": "alle Tasten", "keys.Escape": "Feld verlassen, abbrechen",
};
