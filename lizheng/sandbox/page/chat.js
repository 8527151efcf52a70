// The middle of the page: messages as bubbles, everything else that happened as quiet lines.

import { $, avatar, h, icon, openMenu } from "./dom.js";
import { ROLES, briefOf, here, isBot, isSpoken, memberOf, messageOf, nameOf, nickOf, rank, state } from "./state.js";
import { dayOf, fullDate, span, spoken } from "./time.js";

let actions = () => [];
let decide = () => {};
let lastShown = null;
let waiting = 0;
let followed = true;

// `makeActions(one)` gives the menu entries for a message, `decideRequest(flag, yes)` answers a request; set once.
export function setActions(makeActions, decideRequest) {
  actions = makeActions;
  decide = decideRequest;
}

const log = () => $("log");
const atEnd = () => log().scrollHeight - log().scrollTop - log().clientHeight < 90;

export function toEnd() {
  followed = true;
  log().scrollTop = log().scrollHeight;
  waiting = 0;
  $("newer").hidden = true;
}

export function redraw() {
  const past = state.past.get(state.at) ?? [];
  lastShown = null;
  const nodes = past.flatMap(drawn);
  log().replaceChildren(...(nodes.length ? nodes : [welcome()]));
  toEnd();
}

// Whoever was reading the newest line keeps seeing it when the room gets smaller or larger.
export function follow() {
  log().addEventListener("scroll", () => { followed = atEnd(); if (followed) { waiting = 0; $("newer").hidden = true; } }, { passive: true });
  new ResizeObserver(() => { if (followed) toEnd(); }).observe(log());
}

function welcome() {
  return h("div", { class: "empty" },
    h("p", {}, "这里还没有消息。"),
    h("p", { class: "hint" }, here() ? "换一个身份说句话试试，或者发 /帮助 看看里正会什么。右边「示例」里有现成的对话可以重演。" : "在这里和里正私聊。"));
}

// Names, roles or rights changed: draw again, and stay where the reader was.
export function refresh() {
  const [top, follows] = [log().scrollTop, followed];
  redraw();
  if (!follows) log().scrollTop = top;
}

// Add one more at the end; a recall or a decided request also changes what is already there.
export function append(one) {
  const stay = atEnd() || one.user_id === state.me;
  log().querySelector(".empty")?.remove();
  if (one.kind === "recall") redrawOne((old) => isSpoken(old) && old.data.message_id === one.data.message_id);
  if (one.kind === "handled") redrawOne((old) => old.kind === "request" && old.data.flag === one.data.flag);
  log().append(...drawn(one));
  if (stay) toEnd();
  else if (isSpoken(one)) {
    waiting += 1;
    $("newer").hidden = false;
    $("newer").textContent = `${waiting} 条新消息`;
  }
}

function redrawOne(which) {
  const one = state.past.get(state.at)?.find(which);
  const node = one && log().querySelector(`[data-seq="${one.seq}"]`);
  if (node) node.replaceWith(...bare(one));
}

function drawn(one) {
  const nodes = bare(one);
  if (!nodes.length) return nodes;
  const before = [];
  if (!lastShown || one.at - lastShown > 300 || dayOf(one.at) !== dayOf(lastShown)) {
    const newDay = lastShown && dayOf(one.at) !== dayOf(lastShown);
    before.push(h("div", { class: "when" }, newDay ? `${fullDate(one.at)} ${spoken(one.at).split(" ").at(-1)}` : spoken(one.at)));
  }
  lastShown = one.at;
  return [...before, ...nodes];
}

function bare(one) {
  if (isSpoken(one)) return [one.recalledBy ? line(one, recalled(one)) : bubble(one)];
  if (one.kind === "request") return [requestCard(one)];
  const tale = told(one);
  return tale && tale.length ? [line(one, tale)] : [];
}

const line = (one, tale) => h("div", { class: "line", data: { seq: one.seq } }, h("span", {}, tale));
const you = (id) => h("b", {}, id === state.me ? "你" : nameOf(id));

// A template whose values are text or nodes: member text never becomes markup.
const words = (strings, ...values) => strings.flatMap((text, i) => [text, values[i] ?? ""]);

function recalled(one) {
  if (one.recalledBy === one.user_id) return words`${you(one.user_id)}撤回了一条消息`;
  return words`${you(one.recalledBy)}撤回了${you(one.user_id)}的一条消息`;
}

function told(one) {
  const [who, by, data] = [you(one.user_id), you(one.operator_id), one.data];
  const acted = one.operator_id && one.operator_id !== one.user_id;
  switch (one.kind) {
    case "join":
      if (!acted) return words`${who}加入了群聊`;
      return data.how === "invite" ? words`${by}邀请${who}加入了群聊` : words`${by}同意${who}加入了群聊`;
    case "leave": return data.disband ? words`${by}解散了群聊` : words`${who}退出了群聊`;
    case "kick": return acted ? words`${who}被${by}移出了群聊` : words`${who}被移出了群聊`;
    case "mute": return data.seconds > 0 ? words`${who}被${by}禁言 ${span(data.seconds)}` : words`${who}被${by}解除禁言`;
    case "mute_all": return data.on ? words`${by}开启了全员禁言` : words`${by}关闭了全员禁言`;
    case "card": {
      const before = one.user_id === state.me ? who : h("b", {}, data.old || nickOf(one.user_id));
      const after = data.card ? `「${data.card}」` : "昵称";
      return acted ? words`${by}把${before}的名片改为${after}` : words`${before}把名片改为${after}`;
    }
    case "role":
      if (data.old === "owner") return "";
      return data.role === "admin" ? words`${who}成为管理员` : data.role === "owner" ? words`${who}成为群主` : words`${who}不再是管理员`;
    case "title": return words`${who}获得头衔「${data.title ?? ""}」`;
    case "essence": return data.on ? words`${by}把一条消息设为精华` : words`${by}移出了一条精华消息`;
    case "poke": return acted ? words`${by}拍了拍${who}` : words`${by}拍了拍自己`;
    case "group_name": return words`${by}把群名改为「${data.name ?? ""}」`;
    case "notice": return words`${by}发布了群公告：${data.content ?? ""}`;
    case "file": return words`${who}上传了文件「${data.name ?? ""}」`;
    case "gray_tip": return data.content ?? "";
    case "invite": return words`${who}邀请机器人加入群聊`;
    default: return "";
  }
}

const STATES = { pending: "等待处理", approved: "已同意", rejected: "已拒绝" };

function requestCard(one) {
  const { data } = one;
  const now = data.state ?? "pending";
  return h("article", { class: "request", data: { seq: one.seq }, "aria-label": "入群申请" },
    avatar(one.user_id, nickOf(one.user_id)),
    h("div", {},
      h("strong", {}, `${one.user_id === state.me ? "你" : nameOf(one.user_id)}申请加入本群`),
      h("p", {}, data.comment || "（没有填写验证消息）"),
      data.invitor ? h("p", { class: "hint" }, `邀请人：${nameOf(data.invitor)}`) : null),
    now === "pending" && rank(state.me) > 0
      ? h("span", { class: "decide" },
        h("button", { type: "button", class: "plain small", onclick: () => decide(data.flag, false) }, "拒绝"),
        h("button", { type: "button", class: "strong small", onclick: () => decide(data.flag, true) }, "同意"))
      : h("span", { class: `state ${now}` }, STATES[now] ?? now, data.handledBy ? `（${nameOf(data.handledBy)}）` : null));
}

function bubble(one) {
  const mine = one.user_id === state.me;
  const bot = isBot(one.user_id);
  const name = nameOf(one.user_id);
  const role = memberOf(one.user_id)?.role;
  const title = memberOf(one.user_id)?.title;
  const kind = `row ${mine ? "mine" : ""} ${bot ? "bot" : ""}`;
  const more = h("button", {
    type: "button", class: "more icon-button", "aria-label": `对${name}的这条消息…`,
    onclick: (event) => openMenu(event.currentTarget, actions(one), "消息"),
  }, icon("more"));
  const node = h("article", { class: kind, data: { seq: one.seq, id: one.data.message_id } },
    avatar(one.user_id, nickOf(one.user_id), bot ? "of-bot" : ""),
    h("div", { class: "said" },
      h("header", {},
        h("span", { class: "name" }, name),
        bot ? h("span", { class: "badge robot" }, "机器人") : null,
        role && role !== "member" ? h("span", { class: `badge ${role}` }, ROLES[role]) : null,
        title ? h("span", { class: "badge title" }, title) : null,
        h("time", {}, spoken(one.at))),
      h("div", { class: "bubble-line" }, body(one), more)));
  holdable(node, one);
  return node;
}

function holdable(node, one) {
  node.addEventListener("contextmenu", (event) => {
    if (getSelection()?.toString()) return;
    event.preventDefault();
    openMenu({ x: event.clientX, y: event.clientY }, actions(one), "消息");
  });
  let timer = 0;
  const stop = () => clearTimeout(timer);
  node.addEventListener("touchstart", (event) => {
    const { clientX: x, clientY: y } = event.touches[0];
    timer = setTimeout(() => openMenu({ x, y }, actions(one), "消息"), 550);
  }, { passive: true });
  for (const end of ["touchend", "touchmove", "touchcancel"]) node.addEventListener(end, stop, { passive: true });
}

function body(one) {
  if (one.kind === "packet") return packet(one);
  if (one.kind === "forward") return forward(one.data.nodes ?? []);
  const segments = one.data.segments ?? [];
  const quoted = one.data.reply_to ? quote(one.data.reply_to) : null;
  const lone = segments.length === 1 && segments[0].type === "image";
  return h("div", { class: `bubble ${lone && !quoted ? "picture" : ""}` }, quoted, segments.map(segmentNode));
}

function packet(one) {
  return h("div", { class: "packet", "aria-label": "红包" },
    h("div", { class: "packet-top" }, h("span", { class: "packet-seal", "aria-hidden": "true" }, "福"),
      h("span", {}, one.data.wish || "恭喜发财")),
    h("div", { class: "packet-foot" }, "QQ 红包"));
}

function forward(nodes) {
  const list = nodes.map((node) => h("li", {}, h("b", {}, `${node.nickname || nameOf(node.user_id)}：`), node.content.map(segmentNode)));
  return h("details", { class: "bubble forward" },
    h("summary", {}, h("strong", {}, "聊天记录"), h("span", { class: "hint" }, `${list.length} 条，点开看`)),
    h("ol", {}, list));
}

function quote(id) {
  const quoted = messageOf(id);
  const words = quoted ? `${nameOf(quoted.user_id)}：${briefOf(quoted)}` : "引用的消息已经看不到了";
  return h("button", { type: "button", class: "quote", onclick: () => goTo(id), "aria-label": `引用 ${words}` }, words.slice(0, 120));
}

export function goTo(id) {
  const node = log().querySelector(`[data-id="${id}"]`);
  if (!node) return;
  node.scrollIntoView({ block: "center", behavior: "smooth" });
  node.classList.add("found");
  setTimeout(() => node.classList.remove("found"), 1400);
}

function segmentNode({ type, data }) {
  switch (type) {
    case "text": return document.createTextNode(data.text ?? "");
    case "at": {
      const me = Number(data.qq) === state.me || String(data.qq) === "all";
      return h("span", { class: `at ${me ? "me" : ""}` }, String(data.qq) === "all" ? "@全体成员" : `@${nameOf(Number(data.qq))}`);
    }
    case "reply": return "";
    case "image": return picture(data);
    case "face": return h("span", { class: "odd" }, "[表情]");
    case "json": case "xml": return h("span", { class: "odd" }, `[卡片] ${data.prompt ?? ""}`);
    default: return h("span", { class: "odd" }, `[${{ record: "语音", video: "视频", file: "文件", forward: "聊天记录" }[type] ?? type}]`);
  }
}

// Only pictures that came along in the message itself are shown: the page fetches nothing from outside.
function picture(data) {
  const source = String(data.file ?? "").startsWith("base64://") ? data.file : String(data.url ?? "");
  if (source.startsWith("base64://")) {
    const head = source.slice(9, 14);
    const kind = head.startsWith("/9j") ? "jpeg" : head.startsWith("R0lG") ? "gif" : head.startsWith("UklGR") ? "webp" : "png";
    return h("img", { src: `data:image/${kind};base64,${source.slice(9)}`, alt: data.summary || "图片", class: "photo" });
  }
  return h("span", { class: "odd" }, "[图片]");
}

export const canRecall = (one) => one.user_id === state.me || (rank(state.me) > 0 && rank(state.me) > rank(one.user_id));
