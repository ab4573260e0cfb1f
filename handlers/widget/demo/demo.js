// The examples show the address of the server that this page was read from.
const server = new URL("..", import.meta.url).href.slice(0, -1);
for (const e of document.querySelectorAll("[data-origin]")) e.textContent = server;
