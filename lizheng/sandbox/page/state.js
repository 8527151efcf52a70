// What this page knows, and questions about it. Messages and notices are kept per conversation, oldest first.

export const state = {
  world: { groups: [], people: [], accounts: [], faults: [], endpoints: [] },
  past: new Map(),
  at: 0,
  me: 0,
  quote: null,
  dialogues: [],
  commands: [],
  playing: "",
  started: false,
  audit: [],
  idle: true,
  unread: new Map(),
};

const SPOKEN = new Set(["message", "forward", "packet"]);
export const isSpoken = (one) => SPOKEN.has(one.kind);

// Private chats with the bot live in one conversation per person: "p<QQ number>".
export function placeOf(one) {
  if (one.group_id) return one.group_id;
  if (!isSpoken(one) && one.kind !== "recall") return null;
  if (one.kind !== "recall") return `p${isBot(one.user_id) ? one.data.peer_id : one.user_id}`;
  const holds = ([, past]) => past.some((other) => other.data.message_id === one.data.message_id);
  return [...state.past].find(holds)?.[0] ?? null;
}

export function remember(one) {
  const place = placeOf(one);
  if (place === null) return null;
  if (!state.past.has(place)) state.past.set(place, []);
  const past = state.past.get(place);
  if (one.kind === "recall") {
    const gone = past.find((other) => isSpoken(other) && other.data.message_id === one.data.message_id);
    if (gone) gone.recalledBy = one.operator_id || gone.user_id;
  }
  if (one.kind === "handled") {
    const request = past.find((other) => other.kind === "request" && other.data.flag === one.data.flag);
    if (request) Object.assign(request.data, { state: one.data.approve ? "approved" : "rejected", handledBy: one.operator_id });
  }
  past.push(one);
  if (past.length > 600) past.splice(0, past.length - 500);
  return place;
}

export const here = () => (typeof state.at === "number" ? groupOf(state.at) : null);
export const groupOf = (id) => state.world.groups.find((group) => group.group_id === id);
export const personOf = (id) => state.world.people.find((person) => person.user_id === id);
export const memberOf = (id, group = here()) => group?.members.find((member) => member.user_id === id);
export const isBot = (id) => state.world.accounts.includes(id);

export function nameOf(id, group = here()) {
  return memberOf(id, group)?.card || personOf(id)?.nickname || (isBot(id) ? "里正" : `QQ ${id}`);
}

export const nickOf = (id) => personOf(id)?.nickname ?? String(id);

export const ROLES = { owner: "群主", admin: "管理员", member: "成员" };
const RANK = { owner: 2, admin: 1, member: 0 };
export const rank = (id, group = here()) => RANK[memberOf(id, group)?.role] ?? -1;
export const mayAct = (target) => rank(state.me) > rank(target) && rank(state.me) > 0;

export function messageOf(id) {
  return state.past.get(state.at)?.find((one) => isSpoken(one) && one.data.message_id === id);
}

export function textOf(segments) {
  return segments.map(({ type, data }) => {
    if (type === "text") return data.text;
    if (type === "at") return String(data.qq) === "all" ? "@全体成员" : `@${nameOf(Number(data.qq))}`;
    return { reply: "", image: "[图片]", face: "[表情]", forward: "[聊天记录]", json: "[卡片]", file: "[文件]" }[type] ?? `[${type}]`;
  }).join("");
}

export function briefOf(one) {
  if (one.recalledBy) return "撤回了一条消息";
  if (one.kind === "packet") return `[红包] ${one.data.wish ?? ""}`;
  if (one.kind === "forward") return "[聊天记录]";
  return isSpoken(one) ? textOf(one.data.segments ?? []) : "";
}

// Who this tab acts as, per group, outlives a reload but not the tab.
export function keepMe() {
  sessionStorage.setItem(`lizheng.me.${groupOf(state.at) ? state.at : "last"}`, String(state.me));
  sessionStorage.setItem("lizheng.me.last", String(state.me));
  sessionStorage.setItem("lizheng.at", String(state.at));
}
export function recallMe(place) {
  const kept = Number(sessionStorage.getItem(`lizheng.me.${place}`) ?? sessionStorage.getItem("lizheng.me.last"));
  return kept && personOf(kept) && !isBot(kept) ? kept : 0;
}
