// The page: hears the sandbox, keeps the three columns in step, and decides who this tab acts as.

import { $, ask, avatar, closeMenu, h, icon, iconButton, toast } from "./dom.js";
import { append, canRecall, follow, goTo, redraw, refresh, setActions, toEnd } from "./chat.js";
import { act, drawFoot, mention, quoteMessage, startComposer } from "./composer.js";
import { Link } from "./link.js";
import { askMute, drawPanel, showTab, startPanel } from "./panel.js";
import { ROLES, briefOf, groupOf, here, isBot, isSpoken, keepMe, mayAct, memberOf, nameOf, nickOf, personOf, rank, recallMe, remember, state, textOf } from "./state.js";
import { setOffset, setZone, spoken } from "./time.js";

const link = new Link(hear, connected);
const given = new URLSearchParams(location.search);
const narrow = matchMedia("(max-width: 900px)");

function hear(message) {
  switch (message.type) {
    case "snapshot": return snapshot(message);
    case "happening": return happened(message.happening);
    case "audit":
      if (message.group_id === state.at) { state.audit = message.rows; drawPanel("audit"); }
      return;
    case "clock": setOffset(message.offset); drawPanel("clock"); drawFoot(); return;
    case "idle": state.idle = message.idle; drawIdle(); return;
    case "playing": state.playing = message.name; drawPanel("dialogues"); return;
    case "played": state.playing = ""; state.started = false; toast(message.text, message.ok ? "" : "bad"); drawPanel("dialogues"); return;
    case "error": toast(message.text, "bad");
  }
}

const faces = () => JSON.stringify(here()?.members.map((one) => [one.user_id, one.card, one.role, one.title]));

function snapshot(message) {
  const before = faces();
  state.world = message.world;
  if (!message.history && before !== faces()) refresh();
  if (message.history) {
    state.past.clear();
    state.dialogues = message.dialogues;
    state.commands = message.commands ?? [];
    state.idle = message.idle;
    state.playing = message.playing ?? "";
    setOffset(message.clock);
    setZone(message.timezone);
    message.history.forEach(remember);
    arrive();
  }
  if (!state.me || !personOf(state.me)) settle();
  drawEverything();
}

// Where to begin: what the address asks for, else what this tab did last, else the first group as its owner.
function arrive() {
  const wanted = Number(given.get("group")) || Number(sessionStorage.getItem("lizheng.at"));
  if (!groupOf(state.at)) state.at = groupOf(wanted) ? wanted : state.world.groups[0]?.group_id ?? 0;
  const as = Number(given.get("as"));
  if (!state.me && as && personOf(as) && !isBot(as)) state.me = as;
  settle();
  if (given.has("as")) {
    given.delete("as");
    given.delete("group");
    history.replaceState(null, "", `${location.pathname}?${given}`);
  }
  link.tellOnly("watch", { group_id: typeof state.at === "number" ? state.at : 0 });
  redraw();
}

function settle() {
  if (state.me && personOf(state.me)) { keepMe(); return; }
  const owner = here()?.members.find((member) => member.role === "owner" && !isBot(member.user_id));
  state.me = recallMe(state.at) || owner?.user_id || state.world.people.find((one) => !isBot(one.user_id))?.user_id || 0;
  if (state.me) keepMe();
}

function happened(one) {
  const place = remember(one);
  if (place === null) return;
  if (state.started && one.group_id && one.group_id !== state.at && groupOf(one.group_id)) {
    state.started = false; // follow a replay to its own group once; after that the person decides where to look
    goToPlace(one.group_id);
  } else if (place === state.at) append(one);
  else if (isSpoken(one) && one.user_id !== state.me) state.unread.set(place, (state.unread.get(place) ?? 0) + 1);
  drawGroups();
}

function drawEverything() {
  drawGroups();
  drawPersona();
  drawHead();
  drawFoot();
  drawPanel();
  drawIdle();
}

function goToPlace(place) {
  state.at = place;
  state.quote = null;
  state.audit = [];
  state.unread.delete(place);
  link.tellOnly("watch", { group_id: typeof place === "number" ? place : 0 });
  keepMe();
  closeDrawers();
  redraw();
  drawEverything();
  if (!narrow.matches) $("words")?.focus();
}

function become(id) {
  state.me = id;
  state.quote = null;
  if (typeof state.at === "string") state.at = `p${id}`;
  keepMe();
  redraw();
  drawEverything();
  $("words")?.focus();
  toast(`现在你是「${nameOf(id)}」。`);
}

function drawGroups() {
  const rows = state.world.groups.map((group) => placeRow(group.group_id, group.name, avatar(group.group_id, group.name, "square")));
  if (state.me) rows.push(placeRow(`p${state.me}`, "里正（私聊）", avatar(1, "里", "of-bot")));
  $("groups").replaceChildren(...rows);
}

function placeRow(place, name, face) {
  const last = (state.past.get(place) ?? []).findLast(isSpoken);
  const unread = state.unread.get(place);
  const preview = last ? `${nameOf(last.user_id, groupOf(place))}：${briefOf(last)}` : typeof place === "number" ? "还没有人说话" : "只有你和里正看得到";
  return h("li", {}, h("button", {
    type: "button", class: "place", "aria-current": place === state.at ? "true" : undefined, onclick: () => goToPlace(place),
  }, face,
  h("span", { class: "place-words" }, h("span", { class: "place-name" }, name), h("span", { class: "preview" }, preview.slice(0, 60))),
  h("span", { class: "place-side" }, h("time", {}, last ? spoken(last.at).split(" ").at(-1) : ""),
    unread ? h("span", { class: "unread", "aria-label": `${unread} 条未读` }, unread > 99 ? "99+" : String(unread)) : null)));
}

function standing(id) {
  const role = memberOf(id)?.role;
  return role ? ROLES[role] : here() ? "不在群里" : "私聊";
}

function drawPersona() {
  const name = state.me ? nameOf(state.me) : "选一个身份";
  $("persona").replaceChildren(avatar(state.me, nickOf(state.me)),
    h("span", { class: "person-words" }, h("span", { class: "hint" }, "我现在是"), h("span", { class: "person-name" }, name)),
    state.me ? h("span", { class: `badge ${memberOf(state.me)?.role ?? "out"}` }, standing(state.me)) : null, icon("swap"));
  $("persona").setAttribute("aria-label", `我现在是${name}，${standing(state.me)}。换一个身份`);
}

function choosePersona() {
  const people = state.world.people.filter((person) => !isBot(person.user_id))
    .sort((a, b) => rank(b.user_id) - rank(a.user_id));
  const pick = (id) => { box.close(); closeDrawers(); become(id); };
  const row = (person) => h("li", {},
    h("button", { type: "button", class: "person", "aria-current": person.user_id === state.me ? "true" : undefined, onclick: () => pick(person.user_id) },
      avatar(person.user_id, person.nickname),
      h("span", { class: "person-words" }, h("span", { class: "person-name" }, nameOf(person.user_id)), h("span", { class: "hint" }, person.user_id)),
      h("span", { class: `badge ${memberOf(person.user_id)?.role ?? "out"}` }, standing(person.user_id))),
    iconButton("open", `在新标签页里扮演${nameOf(person.user_id)}`, () => openTab(person.user_id)));
  const box = h("dialog", { class: "ask who", "aria-label": "换一个身份" },
    h("h2", {}, "换一个身份"), h("p", { class: "hint" }, "每个标签页可以是不同的人；右边的按钮在新标签页里打开。"),
    h("ul", { class: "people" }, people.map(row)),
    h("div", { class: "buttons" },
      h("button", { type: "button", class: "plain", onclick: () => { box.close(); newcomer(); } }, "添一个人"),
      h("button", { type: "button", class: "strong", onclick: () => box.close() }, "关上")));
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
  (box.querySelector("[aria-current]") ?? box).focus();
}

function openTab(id) {
  const query = new URLSearchParams({ key: given.get("key") ?? "", as: id, group: typeof state.at === "number" ? state.at : 0 });
  open(`${location.pathname}?${query}`, "_blank", "noopener");
}

async function newcomer() {
  const answer = await ask("添一个人", [{ name: "nick", label: "昵称", hint: "比如：小满", longest: 60, required: true }], "添加", "新来的人不在任何群里，可以申请入群或直接入群。");
  if (!answer) return;
  const done = await link.do("person", { nick: answer.nick });
  if (!done.ok) { toast(done.text, "bad"); return; }
  const wait = setInterval(() => {
    if (personOf(done.result)) { clearInterval(wait); become(done.result); }
  }, 100);
  setTimeout(() => clearInterval(wait), 5000);
}

function drawHead() {
  const group = here();
  $("title").textContent = group ? group.name : state.at ? "里正（私聊）" : "还没有群";
  $("subtitle").textContent = group ? `${group.members.length} 人 · ${group.group_id}${group.mute_all ? " · 全员禁言中" : ""}` : "只有你和里正看得到";
  document.title = `${group?.name ?? "里正"} · ${state.me ? nameOf(state.me) : "沙盒"}`;
}

function drawIdle() {
  $("idle").textContent = state.idle ? "" : "里正正在处理…";
  $("idle").classList.toggle("busy", !state.idle);
}

function connected(yes) {
  $("link").hidden = yes;
  $("link").textContent = yes ? "" : "和沙盒断开了，正在重新连接… 如果 bot.py 已经重启，请用它新打印的地址。";
}

function messageActions(one) {
  const id = one.data.message_id;
  const theirs = one.user_id !== state.me && here();
  const copy = () => navigator.clipboard?.writeText(textOf(one.data.segments ?? [])).catch(() => toast("浏览器不让复制。", "bad"));
  return [
    { name: "引用", act: () => quoteMessage(id) },
    theirs && { name: `@ ${nameOf(one.user_id)}`, act: () => mention(one.user_id) },
    isSpoken(one) && { name: "复制", act: copy },
    one.data.reply_to && { name: "看被引用的消息", act: () => goTo(one.data.reply_to) },
    theirs && memberOf(one.user_id) && { name: "更多关于这个人…", act: () => aboutPerson(one.user_id) },
    theirs && mayAct(one.user_id) && { name: "禁言…", act: () => askMute(one.user_id) },
    canRecall(one) && { name: "撤回", danger: true, act: () => act("recall", { message_id: id }) },
  ];
}

function aboutPerson(id) {
  if (narrow.matches) togglePanel(true);
  showTab("members");
  const row = $("sheet").querySelector(`[data-person="${id}"]`);
  row?.scrollIntoView({ block: "center" });
  row?.click();
}

function togglePanel(open) {
  const app = $("app");
  const show = open ?? (narrow.matches ? !app.classList.contains("panel-open") : app.classList.contains("panel-shut"));
  app.classList.toggle("panel-open", show);
  app.classList.toggle("panel-shut", !show);
  $("open-panel").setAttribute("aria-expanded", String(show));
  shade();
}

function closeDrawers() {
  if (!narrow.matches) return;
  $("app").classList.remove("panel-open", "side-open");
  shade();
}

function shade() {
  const app = $("app");
  const narrowOpen = narrow.matches && (app.classList.contains("panel-open") || app.classList.contains("side-open"));
  $("shade").hidden = !narrowOpen;
}

setActions(messageActions, (flag, approve) => act("decide", { flag, approve }));
startComposer(link);
startPanel(link, (id) => { closeDrawers(); become(id); });
$("open-side").append(icon("menu"));
$("open-panel").append(icon("panel"));
$("persona").addEventListener("click", choosePersona);
$("open-panel").addEventListener("click", () => togglePanel());
$("open-side").addEventListener("click", () => { $("app").classList.add("side-open"); shade(); $("groups").querySelector("button")?.focus(); });
$("shade").addEventListener("click", closeDrawers);
$("newer").addEventListener("click", toEnd);
follow();
narrow.addEventListener("change", () => { $("app").classList.remove("panel-open", "side-open"); shade(); });
addEventListener("keydown", (event) => { if (event.key === "Escape") { closeMenu(); closeDrawers(); } });
addEventListener("resize", closeMenu);
setInterval(drawFoot, 1000);
