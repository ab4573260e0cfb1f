// Whether a page is dark. Its colour scheme does not tell: many dark pages declare none. So
// the background below the element decides, and where there is none, the colour of its text.

let pixel;

// rgba returns a CSS colour as the browser paints it.
function rgba(color) {
  pixel ??= new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  pixel.clearRect(0, 0, 1, 1);
  pixel.fillStyle = color;
  pixel.fillRect(0, 0, 1, 1);
  return pixel.getImageData(0, 0, 1, 1).data;
}

const isBright = ([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b > 128;

function isDark(host) {
  for (let node = host; node; node = node.parentElement ?? node.getRootNode().host) {
    const color = rgba(getComputedStyle(node).backgroundColor);
    if (color[3] > 128) return !isBright(color);
  }
  return isBright(rgba(getComputedStyle(host).color));
}

// followTheme keeps a root's colour scheme like the page's.
export function followTheme(host, root, signal) {
  const preference = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const theme = host.getAttribute("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else if (isDark(host) === preference.matches && getComputedStyle(host).colorScheme.includes("light dark")) root.dataset.theme = "page"; // it follows by itself
    else root.dataset.theme = isDark(host) ? "dark" : "light";
  };
  apply();
  preference.addEventListener("change", apply, { signal });
  const observer = new MutationObserver(apply); // pages switch by a class or an attribute
  for (const node of [document.documentElement, document.body, host]) {
    observer.observe(node, { attributeFilter: ["class", "style", "theme", "data-theme"] });
  }
  signal.addEventListener("abort", () => observer.disconnect());
}
