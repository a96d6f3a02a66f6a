// Keeps what the API has said: the newest state of each thing.
import { ask } from './live.js';

const most = 5000;
const waiting = new Set(['new', 'open', 'pending_customer', 'on_hold']);
const oneDay = 86400000;

export const cases = new Map();
export const signals = new Map();
export const kpis = new Map();  // days, and what stands now; by KPI and dimension
export const alerts = new Map();
const people = new Map();   // customer → what to call them; '' while it is asked
const handles = new Set();  // of agents that were met

let newest = 0;       // time of the newest thing heard: under a simulated clock that is what deadlines are held against
let newestHeard = 0;  // and when that was, here

const isNewer = (map, key, row) => !map.has(key) || Date.parse(row.at) >= Date.parse(map.get(key).at);

function keep(map, key, row) {
  if (!isNewer(map, key, row)) return;
  map.delete(key);  // so that the newest stands last
  map.set(key, row);
  while (map.size > most) map.delete(map.keys().next().value);
}

function meet(row) {
  if (row.key) people.set(row.customer, row.key);
  for (const handle of [row.owner, row.liaison, row.actor]) if (handle) handles.add(handle);
}

const takers = {
  case(row) {
    if (!isNewer(cases, row.case, row)) return;
    if (waiting.has(row.state)) keep(cases, row.case, row);
    else cases.delete(row.case);
  },
  signal(row) {
    if (row.raised && row.kind !== 'recovered') keep(signals, row.signal, row);
    else signals.delete(row.signal);
  },
  alert(row) {
    keep(alerts, row.case ?? row.event, row);  // of one case only the newest
    while (alerts.size > 100) alerts.delete(alerts.keys().next().value);
  },
  kpi(row) {
    const isDay = Date.parse(row.to) - Date.parse(row.from) > oneDay - 2 * 3600000;  // the day a clock is changed has 23 hours
    if (!isDay && row.kpi !== 'active' && row.kpi !== 'unanswered') return;          // hours would make the numbers jump
    const key = `${row.kpi} ${row.dimension ?? ''}`;
    const known = kpis.get(key);
    if (!known || Date.parse(row.from) >= Date.parse(known.from)) kpis.set(key, row);
  },
};

export function take(name, row) {
  const at = Date.parse(row.at);
  if (at > newest) {
    newest = at;
    newestHeard = Date.now();
  }
  meet(row);
  takers[name]?.(row);
}

// The log's now: the newest time in it, or this clock when the log keeps up with it.
export function now() {
  if (newest === 0 || Math.abs(Date.now() - newest) < oneDay) return Date.now();
  return newest + Math.min(Date.now() - newestHeard, 60000);
}

export const knownHandles = () => [...handles].sort();

// What to call a customer. Events of the stream name only the id, so whoever is shown is asked for once; `told` follows.
export function nameOf(customer, told) {
  const known = people.get(customer);
  if (known === undefined && told) {
    people.set(customer, '');
    ask(`/v1/customers?search=${customer}&limit=1`).then(({ items }) => {
      if (!items[0]?.key) return;
      people.set(customer, items[0].key);
      told();
    }).catch(() => people.delete(customer));
  }
  return known || customer.slice(0, 8);
}

// What stood before the stream began. What the stream has said meanwhile is newer and stays.
export async function fetchStanding() {
  const pages = async (name, path, count) => {
    let cursor = '';
    for (let page = 0; page < count; ++page) {
      const answer = await ask(`${path}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      for (const row of answer.items.reverse()) take(name, row);
      cursor = answer.next;
      if (!cursor) return;
    }
  };
  await Promise.all([
    pages('case', '/v1/cases?unresolved=true&limit=1000', 5),
    pages('signal', '/v1/signals?limit=1000', 2),
    pages('alert', '/v1/alerts?limit=100', 1),
    pages('kpi', '/v1/kpis?limit=1000', 1),  // the rest changed long ago, and comes when it changes
  ]);
}
