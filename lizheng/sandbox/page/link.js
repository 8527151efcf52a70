// The live socket: one JSON message a frame, reconnecting with growing pauses, never queueing without bound.

const key = new URLSearchParams(location.search).get("key") ?? "";

export class Link {
  constructor(hear, tell) {
    this.hear = hear;
    this.tell = tell;
    this.pause = 400;
    this.ref = 0;
    this.waiting = new Map();
    this.open();
  }

  open() {
    const base = location.pathname.replace(/\/+$/, "");
    this.socket = new WebSocket(`ws://${location.host}${base}/live?key=${encodeURIComponent(key)}`);
    this.socket.addEventListener("open", () => { this.pause = 400; this.tell(true); });
    this.socket.addEventListener("message", (event) => this.take(JSON.parse(event.data)));
    this.socket.addEventListener("close", () => this.lost());
  }

  lost() {
    this.tell(false);
    for (const waiter of this.waiting.values()) waiter({ ok: false, text: "和沙盒断开了，这一步没有送到。" });
    this.waiting.clear();
    setTimeout(() => this.open(), this.pause * (0.7 + Math.random() * 0.6));
    this.pause = Math.min(this.pause * 2, 8000);
  }

  take(message) {
    const waiter = this.waiting.get(message.ref);
    if (waiter && (message.type === "done" || message.type === "error")) {
      this.waiting.delete(message.ref);
      waiter({ ok: message.type === "done", text: message.text, result: message.result });
    } else {
      this.hear(message);
    }
  }

  // Ask for something; resolves to {ok, text, result} and never rejects.
  do(verb, fields = {}) {
    if (this.socket.readyState !== WebSocket.OPEN || this.waiting.size > 50) {
      return Promise.resolve({ ok: false, text: "还没连上沙盒，请稍等再试。" });
    }
    this.ref += 1;
    const ref = this.ref;
    this.socket.send(JSON.stringify({ type: "do", verb, ref, ...fields }));
    return new Promise((resolve) => this.waiting.set(ref, resolve));
  }

  tellOnly(verb, fields = {}) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ type: "do", verb, ...fields }));
  }
}
