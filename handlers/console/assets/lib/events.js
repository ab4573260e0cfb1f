// Events between the parts of the console, so that a part need not import those that react to it.

export const on = (name, listener) => document.addEventListener(name, (event) => listener(event.detail));
export const emit = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
