// The widget's texts in German.
export default {
  comments: ["Noch keine Kommentare", "Ein Kommentar", "{n} Kommentare"], first: "Schreiben Sie den ersten.",
  write: "Kommentar schreiben", replyTo: "Antwort an {name}", name: "Name", body: "Kommentar",
  send: "Kommentar senden",
  reply: "Antworten", cancel: "Abbrechen", more: "Weitere anzeigen", order: "Reihenfolge",
  newest: "Neueste zuerst", oldest: "Älteste zuerst",
  earlier: "Antwort auf einen anderen Kommentar", approved: "Ihr Kommentar ist veröffentlicht.",
  pending: "Danke. Ihr Kommentar wartet auf die Moderation.", rejected: "Ihr Kommentar wurde nicht veröffentlicht.",
  waiting: "Wartet auf die Moderation, nur für Sie sichtbar.", empty: "Bitte ausfüllen.",
  limited: "Das war etwas zu schnell. Ab {time} können Sie wieder schreiben.",
  unreachable: "Die Kommentare sind gerade nicht erreichbar. Ihr Text ist noch da: bitte versuchen Sie es noch einmal.",
  failed: "Das hat nicht geklappt: {why}", unloaded: "Die Kommentare konnten nicht geladen werden.",
  retry: "Noch einmal",
  vouched: "✓ Mitglied", vouchedTitle: "Diese Seite kennt den Verfasser.",
  staff: "✓ Redaktion", staffTitle: "Der Verfasser gehört zu dieser Seite.",
  closed: "Die Kommentare zu diesem Artikel sind geschlossen.",
  banned: "Sie können hier zurzeit nicht kommentieren.",
};
