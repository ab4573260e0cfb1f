// followTotal follows how many comments are published, by server-sent events, and by
// polling where those are refused. It rests while nobody sees the comments.
export function followTotal(host, { events, poll, signal }, onTotal) {
  const every = 60_000; // milliseconds between polls
  let source, timer, seen = false;
  const stop = () => {
    source?.close();
    clearInterval(timer);
    source = timer = undefined;
  };
  const start = () => {
    if (source || timer || document.hidden || !seen || signal.aborted) return;
    source = new EventSource(events);
    source.addEventListener("count", (event) => onTotal(JSON.parse(event.data).total));
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return; // it connects again by itself
      stop();
      timer = setInterval(poll, every);
    };
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()), { signal });
  const observer = new IntersectionObserver((entries) => {
    seen ||= entries.some((entry) => entry.isIntersecting);
    start();
  });
  observer.observe(host);
  signal.addEventListener("abort", () => {
    stop();
    observer.disconnect();
  });
}
