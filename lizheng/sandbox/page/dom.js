// Small helpers for building the page. Text from people only ever becomes text nodes.

export const $ = (id) => document.getElementById(id);

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked") node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const ICONS = {
  menu: "M4 7h16M4 12h16M4 17h16",
  panel: "M4 5h16v14H4zM15 5v14",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  packet: "M6 3h12v18H6zM6 8c4 4 8 4 12 0M12 10v4",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M9 9h.01",
  at: "M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0zm0 0v1.500a2.500 2.500 0 0 0 5 0V12a9 9 0 1 0-4 7.500",
  send: "M4 12l16-8-5 16-3-7z",
  close: "M6 6l12 12M18 6L6 18",
  swap: "M7 4L3 8l4 4M3 8h14M17 12l4 4-4 4M21 16H7",
  plus: "M12 5v14M5 12h14",
  play: "M8 5l11 7-11 7z",
  open: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svg.namespaceURI, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function iconButton(name, label, onclick, extra = "") {
  return h("button", { type: "button", class: `icon-button ${extra}`, "aria-label": label, title: label, onclick }, icon(name));
}

export function initial(name) {
  const letters = [...String(name).replace(/[\s\p{P}\p{S}\p{Cf}]/gu, "")];
  return (letters[0] ?? "？").toUpperCase();
}

export function avatar(id, name, kind = "") {
  const hue = Math.abs(Number(id) * 7 + 3) % 12;
  return h("span", { class: `avatar hue-${hue} ${kind}`, "aria-hidden": "true" }, initial(name));
}

export function toast(text, kind = "") {
  const box = h("div", { class: `toast ${kind}` }, text);
  $("toasts").append(box);
  setTimeout(() => box.remove(), Math.min(9000, 2600 + text.length * 90));
}

// A menu at a point or under an element. Arrows move, Enter chooses, Esc closes and gives the focus back.
let shut = null;

export function closeMenu() {
  shut?.();
}

export function openMenu(where, entries, label) {
  closeMenu();
  const before = document.activeElement;
  const buttons = entries.filter(Boolean).map((entry) =>
    h("button", {
      type: "button", role: "menuitem", class: entry.danger ? "danger" : "",
      onclick: () => { shut?.(); entry.act(); },
    }, entry.name));
  const menu = h("div", { class: "menu", role: "menu", "aria-label": label }, buttons);
  document.body.append(menu);
  const anchor = where.getBoundingClientRect?.() ?? { left: where.x, right: where.x, top: where.y, bottom: where.y };
  const left = Math.min(anchor.left, innerWidth - menu.offsetWidth - 8);
  const below = anchor.bottom + 4;
  const top = below + menu.offsetHeight > innerHeight - 8 ? Math.max(8, anchor.top - menu.offsetHeight - 4) : below;
  menu.style.left = `${Math.max(8, left)}px`;
  menu.style.top = `${top}px`;
  const away = (event) => { if (!menu.contains(event.target)) shut?.(); };
  const keys = (event) => {
    const at = buttons.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1, Tab: event.shiftKey ? -1 : 1 }[event.key];
    if (event.key === "Escape") { event.stopPropagation(); shut?.(); } else if (step) {
      event.preventDefault();
      buttons[(at + step + buttons.length) % buttons.length].focus();
    }
  };
  shut = () => {
    shut = null;
    removeEventListener("pointerdown", away, true);
    menu.remove();
    if (document.activeElement === document.body) before?.focus?.();
  };
  addEventListener("pointerdown", away, true);
  menu.addEventListener("keydown", keys);
  buttons[0]?.focus();
}

// A small form in a dialog; resolves to its values, or null when put away.
export function ask(title, fields, confirm = "好", hint = "") {
  return new Promise((resolve) => {
    const inputs = fields.map((field) => {
      const input = field.options
        ? h("select", { name: field.name }, field.options.map(([value, text]) => h("option", { value }, text)))
        : h("input", { name: field.name, type: field.type ?? "text", value: field.value ?? "", placeholder: field.hint,
                       maxlength: field.longest ?? 300, min: field.min, required: field.required, autocomplete: "off" });
      return h("label", {}, h("span", {}, field.label), input);
    });
    const form = h("form", { method: "dialog" },
      h("h2", {}, title), hint && h("p", { class: "hint" }, hint), inputs,
      h("div", { class: "buttons" },
        h("button", { type: "button", class: "plain", onclick: () => box.close() }, "取消"),
        h("button", { type: "submit", class: "strong" }, confirm)));
    const box = h("dialog", { class: "ask", "aria-label": title }, form);
    // Not left to "close": a page that has gone to the background gets that event only when it is looked at again.
    form.addEventListener("submit", () => resolve(Object.fromEntries(new FormData(form))));
    box.addEventListener("close", () => { box.remove(); resolve(null); });
    document.body.append(box);
    box.showModal();
    form.querySelector("input, select")?.select?.();
  });
}
