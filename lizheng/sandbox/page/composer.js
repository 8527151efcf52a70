// The foot of the page: writing as the chosen person, or asking to come in when that person is outside.

import { $, ask, avatar, h, icon, iconButton, toast } from "./dom.js";
import { briefOf, here, memberOf, messageOf, nameOf, nickOf, personOf, state } from "./state.js";
import { now, span } from "./time.js";

let link = null;
let mentions = new Map();
const drafts = new Map();
const draftKey = () => `${state.at}:${state.me}`;

export function startComposer(theLink) { link = theLink; }

let drawnFor = "";

export function drawFoot() {
  const group = here();
  const member = memberOf(state.me);
  const kind = !group ? "private" : member ? "inside" : "outside";
  const muted = member && member.muted_until > now();
  const sign = `${draftKey()}|${kind}`;
  if (drawnFor !== sign) {
    drawnFor = sign;
    mentions = new Map();
    $("foot").replaceChildren(...(kind === "outside" ? outside(group) : inside(kind === "inside")));
  }
  const words = $("words");
  if (words) {
    const sealed = group?.mute_all && member?.role === "member";
    words.placeholder = muted ? `被禁言中，还有 ${span(member.muted_until - now())}（可以试试发言会怎样）`
      : sealed ? "全员禁言中" : `以「${nickOf(state.me)}」的身份说…`;
    words.setAttribute("aria-label", words.placeholder);
  }
  drawQuote();
}

function outside(group) {
  const me = personOf(state.me);
  if (!me) return [h("div", { class: "outside" }, "先选一个身份")];
  return [h("div", { class: "outside" },
    avatar(state.me, me.nickname),
    h("p", {}, `「${me.nickname}」还不在这个群里`),
    h("button", { type: "button", class: "strong", onclick: () => request(group) }, "申请入群"),
    h("button", { type: "button", class: "plain", onclick: () => act("join", { target: state.me, how: "approve" }) }, "直接入群"))];
}

async function request(group) {
  const question = group.question;
  const answer = await ask("申请入群", [{ name: "comment", label: question || "验证消息", hint: "我是…" }], "发送申请");
  if (!answer) return;
  if (await act("request", { target: state.me, comment: answer.comment })) toast("申请发出去了，等管理员处理。");
}

export async function act(verb, fields) {
  const done = await link.do(verb, { group_id: here()?.group_id ?? 0, user_id: state.me, ...fields });
  if (!done.ok) toast(done.text, "bad");
  return done.ok;
}

function inside(inGroup) {
  const words = h("textarea", {
    id: "words", rows: 1, maxlength: 5000, autocomplete: "off", value: drafts.get(draftKey()) ?? "",
    role: "combobox", "aria-expanded": "false", "aria-controls": "hints", "aria-autocomplete": "list",
    oninput: () => { drafts.set(draftKey(), words.value); grow(); suggest(); },
    onkeydown: keys, onpaste: pasted, onblur: () => setTimeout(closeHints, 150),
  });
  const file = h("input", { type: "file", accept: "image/*", hidden: true, onchange: () => { sendPicture(file.files[0]); file.value = ""; } });
  const nodes = [
    h("div", { id: "quoting", class: "quoting", hidden: true }),
    h("ul", { id: "hints", class: "hints", role: "listbox", hidden: true }),
    h("div", { class: "composer" },
      h("div", { class: "tools" },
        inGroup ? iconButton("at", "@ 一个人", () => { insert("@"); suggest(); }) : null,
        inGroup ? iconButton("packet", "发红包", sendPacket, "red") : null,
        iconButton("image", "发图片，写好的字一起发", () => file.click())),
      words,
      h("button", { type: "button", id: "send", class: "send", "aria-label": "发送", title: "发送（Enter）", onclick: () => send() }, icon("send"))),
    file];
  requestAnimationFrame(grow);
  return nodes;
}

function grow() {
  const words = $("words");
  if (!words) return;
  words.style.height = "auto";
  words.style.height = `${Math.min(words.scrollHeight, 168)}px`;
}

function insert(text) {
  const words = $("words");
  const [start, end] = [words.selectionStart, words.selectionEnd];
  words.setRangeText(text, start, end, "end");
  drafts.set(draftKey(), words.value);
  words.focus();
  grow();
}

export function mention(id) {
  const token = `@${nameOf(id)} `;
  mentions.set(token, id);
  insert(token);
}

export function quoteMessage(id) {
  state.quote = id;
  drawQuote();
  $("words")?.focus();
}

function drawQuote() {
  const box = $("quoting");
  if (!box) return;
  const one = state.quote === null ? null : messageOf(state.quote);
  box.hidden = !one;
  if (one) {
    box.replaceChildren(h("span", {}, `引用 ${nameOf(one.user_id)}：${briefOf(one)}`),
      iconButton("close", "不引用了", () => { state.quote = null; drawQuote(); $("words").focus(); }));
  }
}

// Words with the mentions that were completed turned into at segments, longest name first.
export function segmentsOf(text) {
  const tokens = [...mentions.keys(), "@全体成员 "].sort((a, b) => b.length - a.length);
  const found = [];
  let rest = text;
  let plain = "";
  const flush = () => { if (plain) found.push({ type: "text", data: { text: plain } }); plain = ""; };
  while (rest) {
    const token = rest[0] === "@" && tokens.find((one) => rest.startsWith(one) || rest === one.trimEnd());
    if (token) {
      flush();
      found.push({ type: "at", data: { qq: token === "@全体成员 " ? "all" : String(mentions.get(token)) } });
      rest = rest.slice(token.length - 1);
    } else {
      plain += rest[0];
      rest = rest.slice(1);
    }
  }
  flush();
  return found;
}

// What is written goes out, with a picture when one was chosen.
async function send(pictures = []) {
  const words = $("words");
  const text = words.value;
  if (!text.trim() && !pictures.length) return;
  const [quote, keyThen] = [state.quote, draftKey()];
  words.value = "";
  drafts.delete(keyThen);
  state.quote = null;
  drawQuote();
  grow();
  closeHints();
  if (!await say([...segmentsOf(text), ...pictures], quote) && draftKey() === keyThen && !$("words").value) {
    $("words").value = text;
    drafts.set(keyThen, text);
    state.quote = quote;
    drawQuote();
    grow();
  }
}

function say(message, quote = null) {
  return here() ? act("say", { message, reply_to: quote }) : act("whisper", { message });
}

async function sendPacket() {
  const answer = await ask("发红包", [{ name: "wish", label: "祝福语", value: "恭喜发财，大吉大利", longest: 60, required: true }],
    "塞进红包", "只是样子：沙盒里没有钱。付广告税时祝福语写「广告A12」这样的单号。");
  if (answer) await act("packet", { wish: answer.wish });
}

function pasted(event) {
  const picture = [...(event.clipboardData?.files ?? [])].find((file) => file.type.startsWith("image/"));
  if (picture) {
    event.preventDefault();
    sendPicture(picture);
  }
}

function sendPicture(file) {
  if (!file) return;
  if (file.size > 2 * 1024 * 1024) { toast("图片太大了，最多 2 MB。", "bad"); return; }
  const reader = new FileReader();
  reader.addEventListener("load", () => send([{ type: "image", data: { file: `base64://${reader.result.split(",")[1]}` } }]));
  reader.readAsDataURL(file);
}

// Completion of @ (members) and / (commands). The list is a listbox; the textarea keeps the focus.
let hints = [];
let chosen = 0;

function suggest() {
  const words = $("words");
  const before = words.value.slice(0, words.selectionStart);
  const at = before.match(/@([^@\s]{0,12})$/u);
  const slash = words.value === before && before.match(/^[/／](\S{0,10})$/u);
  if (at && here()) {
    const typed = at[1].toLowerCase();
    const people = here().members.filter((member) => member.user_id !== state.me)
      .map((member) => ({ id: member.user_id, name: nameOf(member.user_id) }))
      .filter((one) => !typed || one.name.toLowerCase().includes(typed) || String(one.id).startsWith(typed)).slice(0, 8);
    show(people.map((one) => ({
      node: [avatar(one.id, nickOf(one.id)), one.name], take: () => { cut(at[0].length); mention(one.id); },
    })));
  } else if (slash) {
    const found = state.commands.filter((one) => one.name.startsWith(slash[1])).slice(0, 8);
    show(found.map((one) => ({
      whole: one.name === slash[1],
      node: [h("b", {}, `/${one.name}`), h("span", { class: "hint" }, one.about)], take: () => { cut(before.length); insert(`/${one.name} `); },
    })));
  } else closeHints();
}

function cut(length) {
  const words = $("words");
  words.setRangeText("", words.selectionStart - length, words.selectionStart, "end");
}

function show(found) {
  if (!found.length) { closeHints(); return; }
  hints = found;
  chosen = 0;
  drawHints();
}

function drawHints() {
  $("hints").replaceChildren(...hints.map((one, i) => h("li", {
    role: "option", id: `hint-${i}`, "aria-selected": i === chosen ? "true" : "false",
    onpointerdown: (event) => { event.preventDefault(); take(i); },
  }, one.node)));
  $("hints").hidden = false;
  $("words").setAttribute("aria-expanded", "true");
  $("words").setAttribute("aria-activedescendant", `hint-${chosen}`);
}

function take(i) {
  const one = hints[i];
  closeHints();
  one.take();
}

function closeHints() {
  hints = [];
  const list = $("hints");
  if (!list) return;
  list.hidden = true;
  $("words").setAttribute("aria-expanded", "false");
  $("words").removeAttribute("aria-activedescendant");
}

function keys(event) {
  if (event.isComposing) return;
  if (hints.length) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { chosen = (chosen + step + hints.length) % hints.length; drawHints(); }
    else if (event.key === "Enter" && !event.shiftKey && hints[chosen].whole) { closeHints(); send(); }
    else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey)) take(chosen);
    else if (event.key === "Escape") closeHints();
    else return;
    event.preventDefault();
    return;
  }
  if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); send(); }
  else if (event.key === "Escape" && state.quote !== null) { state.quote = null; drawQuote(); }
}
