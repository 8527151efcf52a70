// The world's time: the machine's clock plus the offset the sandbox was moved by, shown in the group's time zone.

let offset = 0;
let zone = "Asia/Shanghai";

export function setOffset(seconds) { offset = seconds; }
export function setZone(name) { zone = name || zone; }
export const now = () => Date.now() / 1000 + offset;

const WEEK = ["日", "一", "二", "三", "四", "五", "六"];

function parts(epoch) {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  const found = Object.fromEntries(format.formatToParts(new Date(epoch * 1000)).map((p) => [p.type, Number(p.value)]));
  found.weekday = new Date(Date.UTC(found.year, found.month - 1, found.day)).getUTCDay();
  return found;
}

const two = (n) => String(n).padStart(2, "0");

export const dayOf = (epoch) => { const p = parts(epoch); return `${p.year}-${p.month}-${p.day}`; };
export const hourMinute = (epoch) => { const p = parts(epoch); return `${two(p.hour)}:${two(p.minute)}`; };

export function spoken(epoch) {
  const [then, today] = [parts(epoch), parts(now())];
  const days = Math.round((Date.UTC(today.year, today.month - 1, today.day) - Date.UTC(then.year, then.month - 1, then.day)) / 864e5);
  const clock = `${two(then.hour)}:${two(then.minute)}`;
  if (days === 0) return clock;
  if (days === 1) return `昨天 ${clock}`;
  if (days > 1 && days < 7) return `星期${WEEK[then.weekday]} ${clock}`;
  return `${then.year === today.year ? "" : `${then.year} 年 `}${then.month} 月 ${then.day} 日 ${clock}`;
}

export function fullDate(epoch) {
  const p = parts(epoch);
  return `${p.year} 年 ${p.month} 月 ${p.day} 日 星期${WEEK[p.weekday]}`;
}
export function fullClock(epoch) {
  const p = parts(epoch);
  return `${two(p.hour)}:${two(p.minute)}:${two(p.second)}`;
}

// The epoch of a wall-clock moment in the group's zone, corrected twice for the zone's own offset.
export function epochOf(year, month, day, hour, minute) {
  const wanted = Date.UTC(year, month - 1, day, hour, minute) / 1000;
  let guess = wanted;
  for (let i = 0; i < 2; i += 1) {
    const p = parts(guess);
    guess += wanted - Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) / 1000;
  }
  return Math.round(guess);
}

export function tomorrowMorning() {
  const p = parts(now());
  return epochOf(p.year, p.month, p.day + 1, 8, 0);
}

export function fridayEvening() {
  const p = parts(now());
  const ahead = (5 - p.weekday + 7) % 7;
  const moment = epochOf(p.year, p.month, p.day + ahead, 18, 0);
  return moment > now() ? moment : epochOf(p.year, p.month, p.day + ahead + 7, 18, 0);
}

export function forInput(epoch) {
  const p = parts(epoch);
  return `${p.year}-${two(p.month)}-${two(p.day)}T${two(p.hour)}:${two(p.minute)}`;
}

export function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const units = [[86400, "天"], [3600, "小时"], [60, "分钟"], [1, "秒"]];
  const told = [];
  let rest = whole;
  for (const [size, name] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count && told.length < 2) told.push(`${count} ${name}`);
  }
  return told.join(" ") || "0 秒";
}
