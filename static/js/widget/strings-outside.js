// What the button on the page says; all else is in strings.js.

export const outside = {
  en: {
    title: "Chat with us",
    open: "Open the chat",
    close: "Close the chat",
    unread: (count) => (count === 1 ? "1 new message" : `${count} new messages`),
  },
  de: {
    title: "Chat",
    open: "Chat öffnen",
    close: "Chat schließen",
    unread: (count) => (count === 1 ? "1 neue Nachricht" : `${count} neue Nachrichten`),
  },
};
