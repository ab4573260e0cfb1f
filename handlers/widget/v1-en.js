// The widget's texts in English.
export default {
  comments: ["No comments yet", "One comment", "{n} comments"], first: "Be the first to write one.",
  write: "Write a comment", replyTo: "Reply to {name}", name: "Name", body: "Comment", send: "Post comment",
  reply: "Reply", cancel: "Cancel", more: "Show more", order: "Order", newest: "Newest first", oldest: "Oldest first",
  earlier: "in reply to another comment", approved: "Your comment is published.",
  pending: "Thank you. Your comment is waiting for a moderator.", rejected: "Your comment was not published.",
  waiting: "Waiting for a moderator. Only you see it.", empty: "Please fill this in.",
  limited: "That was a little too quick. You can post again at {time}.",
  unreachable: "The comments cannot be reached just now. Your text is still here: please try again.",
  failed: "This did not work: {why}", unloaded: "The comments could not be loaded.", retry: "Try again",
  vouched: "✓ Member", vouchedTitle: "This site knows the author.",
  staff: "✓ Staff", staffTitle: "The author works for this site.",
  closed: "Comments on this article are closed.", tooLong: "This is too long: at most {most} characters.",
  reserved: "This name is kept for the newsroom. Please choose another.", banned: "You cannot comment here at the moment.",
};
