// The examples show the address that this page was read at.
for (const e of document.querySelectorAll("[data-origin]")) e.textContent = location.origin;
