// The right side: members, the clock, what the bot did, examples to replay, and faults for developers.

import { $, ask, avatar, h, openMenu, toast } from "./dom.js";
import { act, mention } from "./composer.js";
import { ROLES, here, isBot, mayAct, memberOf, nameOf, nickOf, rank, state } from "./state.js";
import * as time from "./time.js";

const TABS = [["members", "成员"], ["clock", "时钟"], ["audit", "记录"], ["dialogues", "示例"], ["faults", "故障"]];
let shown = sessionStorage.getItem("lizheng.tab") ?? "members";
let become = () => {};
let link = null;

export function startPanel(theLink, actAs) {
  link = theLink;
  become = actAs;
  $("tabs").replaceChildren(...TABS.map(([id, name]) => h("button", {
    type: "button", role: "tab", id: `tab-${id}`, "aria-controls": "sheet", onclick: () => showTab(id), onkeydown: arrows,
  }, name)));
  showTab(TABS.some(([id]) => id === shown) ? shown : "members");
  setInterval(tick, 1000);
}

function arrows(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const at = TABS.findIndex(([id]) => id === shown);
  const next = TABS[(at + step + TABS.length) % TABS.length][0];
  showTab(next);
  $(`tab-${next}`).focus();
}

export function showTab(id) {
  shown = id;
  sessionStorage.setItem("lizheng.tab", id);
  for (const [one] of TABS) {
    $(`tab-${one}`).setAttribute("aria-selected", String(one === id));
    $(`tab-${one}`).tabIndex = one === id ? 0 : -1;
  }
  $("sheet").setAttribute("aria-labelledby", `tab-${id}`);
  drawn = "";
  drawPanel();
}

let drawn = "";

// Redraw the open sheet, unless what it shows is unchanged (so that focus and scrolling stay put).
export function drawPanel(only) {
  if (only && only !== shown) return;
  const sign = JSON.stringify([shown, state.at, state.me, {
    members: [here()?.members, state.world.people.length], audit: state.audit, dialogues: [state.dialogues, state.playing], faults: [state.world.faults, state.world.endpoint],
  }[shown], here()?.mute_all]);
  if (sign === drawn) return;
  drawn = sign;
  const sheet = $("sheet");
  const [top, focused] = [sheet.scrollTop, document.activeElement?.dataset?.person];
  sheet.replaceChildren(...{ members, clock, audit, dialogues, faults }[shown]());
  sheet.scrollTop = top;
  if (focused) sheet.querySelector(`[data-person="${focused}"]`)?.focus();
  tick();
}

function members() {
  const group = here();
  if (!group) return [h("p", { class: "hint pad" }, "私聊里没有成员列表。")];
  const order = [...group.members].sort((a, b) => rank(b.user_id) - rank(a.user_id) || isBot(b.user_id) - isBot(a.user_id) || a.join_time - b.join_time);
  return [
    h("div", { class: "sheet-bar" },
      h("span", { class: "hint" }, `${group.members.length} 人`),
      memberOf(state.me) ? h("button", { type: "button", class: "plain small", onclick: invite }, "邀请入群") : null,
      rank(state.me) > 0
        ? h("button", { type: "button", class: "plain small", onclick: () => act("mute_all", { on: !group.mute_all }) }, group.mute_all ? "解除全员禁言" : "全员禁言")
        : null),
    h("ul", { class: "people" }, order.map(personRow))];
}

async function invite() {
  const outside = state.world.people.filter((person) => !memberOf(person.user_id));
  if (!outside.length) { toast("认识的人都在群里了，先在左下角「换一个身份」里添一个人。"); return; }
  const options = outside.map((person) => [person.user_id, person.nickname]);
  const answer = await ask("邀请入群", [{ name: "target", label: "请谁进来", options }], "邀请");
  if (answer) await act("join", { target: Number(answer.target), operator: state.me, how: "invite" });
}

function personRow(member) {
  const id = member.user_id;
  const name = nameOf(id);
  const nick = nickOf(id);
  return h("li", {}, h("button", {
    type: "button", class: "person", data: { person: id }, "aria-haspopup": "menu",
    onclick: (event) => openMenu(event.currentTarget, personActions(id), name),
  },
  avatar(id, nick, isBot(id) ? "of-bot" : ""),
  h("span", { class: "person-words" },
    h("span", { class: "person-name" }, name, id === state.me ? h("em", {}, "（我）") : null),
    h("span", { class: "hint" }, member.card && nick !== member.card ? `${nick} · ${id}` : String(id),
      h("span", { class: "countdown", data: { until: member.muted_until } }))),
  isBot(id) ? h("span", { class: "badge robot" }, "机器人") : null,
  member.role !== "member" ? h("span", { class: `badge ${member.role}` }, ROLES[member.role]) : null));
}

const MUTES = [["60", "1 分钟"], ["600", "10 分钟"], ["3600", "1 小时"], ["86400", "1 天"], ["2592000", "30 天"]];

export async function askMute(id) {
  const answer = await ask(`禁言 ${nameOf(id)}`, [{ name: "seconds", label: "多久", options: MUTES }], "禁言");
  if (answer) await act("mute", { target: id, seconds: Number(answer.seconds) });
}

export function personActions(id) {
  const mine = id === state.me;
  const member = memberOf(id);
  const muted = member?.muted_until > time.now();
  const card = async () => {
    const answer = await ask(`${mine ? "我" : nameOf(id)}的名片`, [{ name: "card", label: "群名片（留空用昵称）", value: member.card, longest: 60 }], "保存");
    if (answer) await act("card", { target: id, card: answer.card });
  };
  return [
    !mine && !isBot(id) && { name: "以这个人的身份说话", act: () => become(id) },
    !mine && { name: `@ ${nameOf(id)}`, act: () => mention(id) },
    !mine && { name: "拍一拍", act: () => act("poke", { target: id }) },
    (mine || mayAct(id)) && { name: "改名片", act: card },
    memberOf(state.me)?.role === "owner" && !mine && (member?.role === "admin"
      ? { name: "取消管理员", act: () => act("role", { target: id, role: "member" }) }
      : { name: "设为管理员", act: () => act("role", { target: id, role: "admin" }) }),
    memberOf(state.me)?.role === "owner" && !mine && !isBot(id) && { name: "转让群主", danger: true, act: () => act("role", { target: id, role: "owner" }) },
    mayAct(id) && (muted ? { name: "解除禁言", act: () => act("mute", { target: id, seconds: 0 }) } : { name: "禁言…", act: () => askMute(id) }),
    mayAct(id) && { name: "移出群聊", danger: true, act: () => act("kick", { target: id }) },
    mine && member?.role !== "owner" && { name: "退出群聊", danger: true, act: () => act("leave", {}) },
  ];
}

function clock() {
  const move = (name, fields) => h("button", {
    type: "button", class: "plain", onclick: async () => {
      const done = await link.do("clock", fields());
      toast(done.ok ? "时钟已经拨过去了。" : done.text, done.ok ? "" : "bad");
    },
  }, name);
  const custom = h("input", { type: "datetime-local", id: "moment", value: time.forInput(time.now() + 3600), "aria-label": "拨到的时刻" });
  const picked = () => {
    const [year, month, day, hour, minute] = custom.value.split(/[-T:]/).map(Number);
    return year ? time.epochOf(year, month, day, hour, minute) : 0;
  };
  return [h("div", { class: "clock" },
    h("p", { class: "hint" }, "群里现在是"),
    h("p", { class: "clock-now", id: "clock-now" }),
    h("p", { class: "hint", id: "clock-date" }),
    h("div", { class: "moves" },
      move("+1 分钟", () => ({ seconds: 60 })), move("+1 小时", () => ({ seconds: 3600 })),
      move("到明天 08:00", () => ({ to: time.tomorrowMorning() })), move("到周五 18:00", () => ({ to: time.fridayEvening() }))),
    h("label", { class: "custom" }, h("span", { class: "hint" }, "拨到指定时刻"), custom, move("拨过去", () => ({ to: picked() }))),
    h("p", { class: "hint" }, "时钟只能往前拨；到点的早报、提醒、解禁会像真的到了那时一样发生。"))];
}

const STATES = { intended: "准备做", done: "已做", not_done: "没做成", unknown: "不确定", simulated: "试运行", undone: "已撤销", queued: "排队中" };

function audit() {
  if (!here()) return [h("p", { class: "hint pad" }, "选一个群，看里正在那里做过什么。")];
  if (!state.audit.length) return [h("p", { class: "hint pad" }, "里正在这个群里还没做过什么。它做的每件事、为什么做，都会出现在这里。")];
  return [h("ol", { class: "records", "aria-label": "里正做过的事" }, state.audit.map((row) => h("li", {},
    h("div", { class: "record-head" }, h("b", {}, `#${row.number}`), h("time", {}, time.spoken(row.at)),
      h("span", { class: `state ${row.state}` }, STATES[row.state] ?? row.state)),
    h("p", {}, row.text))))];
}

function written() {
  if (!here()) return null;
  const text = h("textarea", { class: "written", readonly: true, rows: 8, hidden: true, spellcheck: "false", "aria-label": "这个群的对话" });
  const write = async () => {
    const done = await link.do("transcript", { group_id: state.at });
    if (!done.ok) return toast(done.text, "bad");
    text.value = done.result;
    text.hidden = false;
    text.focus();
    text.select();
    const copied = await navigator.clipboard?.writeText(done.result).then(() => true, () => false);
    toast(copied ? "已复制。" : "全选了，按 Ctrl+C 复制。");
  };
  return h("section", { class: "write" }, h("h3", {}, "给开发者"),
    h("button", { type: "button", class: "plain", id: "write", onclick: write }, "把这个群的对话写成测试"),
    h("p", { class: "hint" }, "放进插件 README 的「群聊」代码块，或者 stage.play(…)，以后每次测试都照着演。"), text);
}

const opened = new Set();

function dialogues() {
  if (!state.dialogues.length) return [h("p", { class: "hint pad" }, "还没有示例对话。"), written()];
  const features = new Map();
  for (const one of state.dialogues) features.set(one.feature, [...(features.get(one.feature) ?? []), one]);
  if (!opened.size) opened.add(features.keys().next().value);
  return [h("p", { class: "hint pad" }, "点「重演」，对话会在一个新群里重新发生一遍，里正的回答是真的。"),
    ...[...features].map(([feature, list]) => shelf(feature, list)), written()];
}

function shelf(feature, list) {
  const keep = (event) => (event.target.open ? opened.add(feature) : opened.delete(feature));
  return h("details", { class: "feature", open: opened.has(feature), ontoggle: keep },
    h("summary", {}, h("h3", {}, feature), h("span", { class: "hint" }, `${list.length} 段`)), list.map(dialogue));
}

function dialogue(one) {
  const playing = state.playing === one.name;
  return h("details", { class: "dialogue" },
    h("summary", {}, h("span", {}, one.name.replace(`${one.feature}·`, "")),
      h("button", {
        type: "button", class: "strong small", disabled: Boolean(state.playing), "aria-label": `重演 ${one.name}`,
        onclick: (event) => { event.preventDefault(); state.started = true; link.tellOnly("play", { name: one.name }); },
      }, playing ? "重演中…" : "重演")),
    h("ol", { class: "lines" }, one.lines.map((words) => h("li", {}, words))));
}

const KINDS = [
  ["never_answers", "从不回答"], ["failed_but_done", "说失败其实做了"], ["ok_but_not_done", "说成功其实没做"], ["refused", "拒绝"],
  ["double_answer", "回答两次"], ["drop", "断开连接"], ["half_open", "半开连接"], ["duplicate", "事件重复"], ["reorder", "事件乱序"],
  ["stale_role", "过期的身份"], ["stale_list", "名单缺人"], ["blank", "名单缺字段"], ["not_let_in", "同意了没进来"], ["delay", "延迟"],
];

function endpoints() {
  const change = async (event) => {
    const done = await link.do("endpoint", { name: event.target.value });
    toast(done.ok ? "换好了，里正正在重新认识它。" : done.text, done.ok ? "" : "bad");
  };
  return h("label", { class: "endpoint" }, h("span", { class: "hint" }, "机器人背后的 QQ 端（红包的样子各不相同）"),
    h("select", { onchange: change }, state.world.endpoints.map((name) => h("option", { value: name, selected: name === state.world.endpoint }, name))));
}

function faults() {
  const kind = h("select", { "aria-label": "故障" }, KINDS.map(([value, name]) => h("option", { value }, name)));
  const action = h("input", { value: "send_msg", "aria-label": "接口或事件名", list: "", spellcheck: "false" });
  const count = h("input", { type: "number", min: 1, max: 1000, value: 1, "aria-label": "几次" });
  const seconds = h("input", { type: "number", min: 0, max: 600, value: 5, "aria-label": "秒" });
  const set = async () => {
    const fields = { kind: kind.value, action: action.value.trim() || "*", count: Number(count.value), seconds: Number(seconds.value) };
    const done = await link.do("fault", fields);
    if (!done.ok) toast(done.text, "bad");
  };
  const on = state.world.faults ?? [];
  return [endpoints(), h("details", { class: "faults", open: on.length > 0 || faults.opened, ontoggle: (event) => { faults.opened = event.target.open; } },
    h("summary", {}, "给开发者：让 QQ 出错"),
    h("p", { class: "hint" }, "下一次调用会按选的方式出错，看里正怎么应对。接口名用 * 表示全部。"),
    h("div", { class: "fault-form" },
      h("label", {}, h("span", {}, "怎么错"), kind), h("label", {}, h("span", {}, "接口或事件"), action),
      h("label", {}, h("span", {}, "几次"), count), h("label", {}, h("span", {}, "秒（延迟、半开）"), seconds),
      h("button", { type: "button", class: "strong", onclick: set }, "打开")),
    h("ul", { class: "fault-list" }, on.map((one) => h("li", {},
      `${KINDS.find(([id]) => id === one.kind)?.[1] ?? one.kind} · ${one.action} · 还剩 ${one.count < 0 ? "不限" : one.count} 次`))),
    on.length ? h("button", { type: "button", class: "plain", onclick: () => link.do("fault", { kind: "clear" }) }, "全部关掉") : null)];
}

function tick() {
  const now = time.now();
  if ($("clock-now")) {
    $("clock-now").textContent = time.fullClock(now);
    $("clock-date").textContent = time.fullDate(now);
  }
  for (const node of document.querySelectorAll(".countdown")) {
    const left = Number(node.dataset.until) - now;
    node.textContent = left > 0 ? ` · 禁言中，还有 ${time.span(left)}` : "";
  }
}
