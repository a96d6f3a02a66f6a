// Keeps what the API has said, newest state of each thing, and has it drawn at most four times a second.
import { Refused, ask, listen } from './live.js';
import { drawAlerts, drawCases, drawKpis, drawSignals, nextDeadline } from './view.js';

const rowsShown = 50;
const waiting = new Set(['new', 'open', 'pending_customer', 'on_hold']);

const cases = new Map();
const signals = new Map();
const kpis = new Map();
const alerts = new Map();
let newest = 0;      // time of the newest thing heard: under a simulated clock that is what deadlines are held against
let newestHeard = 0; // and when that was, here
let drawn = 0;
let isPlanned = false;

function isNewer(map, key, row) {
  const known = map.get(key);
  return !known || Date.parse(row.at) >= Date.parse(known.at);
}

function keep(map, key, row, most) {
  if (!isNewer(map, key, row)) return;
  map.delete(key);  // so that the newest stands last
  map.set(key, row);
  while (map.size > most) map.delete(map.keys().next().value);
}

const takers = {
  case(row) {
    if (!isNewer(cases, row.case, row)) return;
    if (waiting.has(row.state)) keep(cases, row.case, row, 5000);
    else cases.delete(row.case);
  },
  signal(row) {
    if (row.raised && row.kind !== 'recovered') keep(signals, row.signal, row, 5000);
    else signals.delete(row.signal);
  },
  alert(row) {
    keep(alerts, row.event, { ...row, arrived: Date.now() }, rowsShown);
  },
  kpi(row) {
    // Days, or what stands now; hours would make the numbers jump.
    const hours = (Date.parse(row.to) - Date.parse(row.from)) / 3600000;
    if (row.dimension || (hours < 23 && row.kpi !== 'active' && row.kpi !== 'unanswered')) return;
    const known = kpis.get(row.kpi);
    if (!known || Date.parse(row.from) >= Date.parse(known.from)) kpis.set(row.kpi, row);
  },
};

function take(name, row) {
  const at = Date.parse(row.at);
  if (at > newest) {
    newest = at;
    newestHeard = Date.now();
  }
  takers[name]?.(row);
  plan();
}

function plan() {
  if (isPlanned) return;
  isPlanned = true;
  setTimeout(() => requestAnimationFrame(drawAll), 250);
}

// The log's now: the newest time in it, or this clock when the log keeps up with it.
function now() {
  const passed = Date.now() - newestHeard;
  return Math.abs(Date.now() - newest) < 86400000 ? Date.now() : newest + passed;
}

function drawAll() {
  isPlanned = false;
  const byDeadline = (a, b) => (nextDeadline(a) ?? '9').localeCompare(nextDeadline(b) ?? '9');
  drawKpis(kpis);
  drawCases([...cases.values()].sort(byDeadline).slice(0, rowsShown), cases.size, now());
  drawSignals([...signals.values()].reverse().slice(0, rowsShown), signals.size);
  drawAlerts([...alerts.values()].reverse(), drawn);
  drawn = Date.now();
}

// What stood before the stream began. What the stream has said meanwhile is newer and stays.
async function fetchStanding() {
  const lists = { case: '/v1/cases?unresolved=true&limit=1000', signal: '/v1/signals?limit=1000', alert: '/v1/alerts?limit=50', kpi: '/v1/kpis?limit=1000' };
  await Promise.all(Object.entries(lists).map(async ([name, path]) => {
    const page = await ask(path);
    for (const row of page.items.reverse()) take(name, row);
  }));
}

function tell(state) {
  const shown = document.getElementById('connection');
  shown.dataset.state = state;
  shown.textContent = { connecting: 'connecting', live: 'live', lost: 'connection lost, trying again' }[state];
}

async function start() {
  const form = document.getElementById('sign-in');
  form.hidden = true;
  try {
    await listen('/v1/stream', { take, tell, connected: () => fetchStanding().catch(() => {}) });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tell('lost');
    form.hidden = false;
  }
}

document.getElementById('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem('token', document.getElementById('token').value);
  start();
});
setInterval(plan, 30000);  // deadlines come nearer
drawAll();
start();
