// How single things look: times, spans, marks, customers.
import { element, quoted } from './dom.js';
import { language, named, say } from './words.js';

const formats = new Map();
function format(kind, options) {
  const key = `${language()} ${kind}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(language() === 'zh' ? 'zh-CN' : 'en-GB', options));
  return formats.get(key);
}

export const dayOf = (at) => format('day', { month: 'short', day: 'numeric' }).format(new Date(at));
export const longDayOf = (at) => format('long', { weekday: 'short', year: 'numeric', month: 'short', day: 'numeric' }).format(new Date(at));
export const clockOf = (at) => format('clock', { hour: '2-digit', minute: '2-digit' }).format(new Date(at));
export const momentOf = (at) => format('moment', { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' }).format(new Date(at));

export function time(at, show = momentOf) {
  return element('time', { datetime: at, title: new Date(at).toLocaleString() }, show(at));
}

export function span(milliseconds) {
  const minutes = Math.round(Math.abs(milliseconds) / 60000);
  if (minutes < 1) return say('span.none');
  if (minutes < 60) return say('span.minutes', { n: minutes });
  if (minutes < 10 * 60) return say('span.hours', { n: Math.floor(minutes / 60), m: String(minutes % 60).padStart(2, '0') });
  if (minutes < 48 * 60) return say('span.whole_hours', { n: Math.round(minutes / 60) });
  return say('span.days', { n: Math.round(minutes / 1440) });
}

export const every = (days) => (Number(days) === 1 ? say('every.day') : say('every.days', { n: days }));

export function mark(text, tone) {
  return quoted(text, { class: 'mark', 'data-tone': tone });
}

export const percent = (permille) => `${Math.round(permille / 10)} %`;
export const listOf = (kind, names) => (names ?? []).map((name) => named(kind, name)).join(say('comma'));

export const nextDeadline = (row) => [row.first_reply_due, row.resolution_due].filter(Boolean).sort()[0];
export const isLate = (row, now) => Date.parse(nextDeadline(row) ?? '9999-01-01T00:00:00Z') < now;

// Time left, or that there is none.
export function dueText(at, now) {
  if (!at) return { text: say('due.none'), tone: 'none' };
  const left = Date.parse(at) - now;
  if (left < 0) return { text: say('due.late', { span: span(left) }), tone: 'late' };
  return { text: say('due.left', { span: span(left) }), tone: left < 3600000 ? 'soon' : 'well' };
}

export const tones = {
  priority: { urgent: 'act', high: 'watch' },
  severity: { critical: 'act', warning: 'watch' },
  risk: { act: 'act', unhappy: 'act', watch: 'watch', ok: 'calm' },
  sentiment: { neg: 'act', pos: 'calm', neu: 'soft' },
};

export const customerPath = (key) => `#/customers/${encodeURIComponent(key)}`;
export const casePath = (id) => `#/cases/${id}`;

// `customer:U-0675` is written U-0675: that kind is the usual one.
export const shortKey = (key) => key.replace(/^customer:/, '');

export function customerLink(customer, name, attributes = {}) {
  return element('a', { href: customerPath(customer), title: name, ...attributes }, quoted(shortKey(name)));
}
