// Everything between a customer and us: lanes of dots, one for each channel, to see at a glance how it went; below, the list to read.
import { beside, element, quoted, svg } from './dom.js';
import { relabelButton } from './relabel.js';
import { casePath, clockOf, dayOf, listOf, longDayOf, mark, tones } from './show.js';
import { language, named, say } from './words.js';

const choices = ['all', 'said', 'did', 'cases'];
const rowsFirst = 40;
const laneHeight = 26;
const lanesMost = 8;
const signs = new WeakMap();

let chosen = 'all';
let isUnfolded = false;

const saying = new Set(['review', 'survey_answered', 'mention', 'message', 'call']);
const kindOf = (row) => (row.what.startsWith('case_') ? 'cases' : saying.has(row.what) ? 'said' : 'did');
const laneOf = (row) => (kindOf(row) === 'cases' ? 'cases' : row.channel || 'other');
const toneOf = (row) => (kindOf(row) === 'said' && !row.outbound ? tones.sentiment[row.sentiment] ?? 'soft' : 'none');

// ---- lanes ---------------------------------------------------------------------------------------------------------

// Unhappy points down, happy up, so that colour is not all there is.
function dot(row, x, y) {
  const tone = toneOf(row);
  const title = svg('title', {}, `${dayOf(row.at)} · ${whatOf(row)}${tone === 'none' ? '' : ` · ${named('sentiment', row.sentiment ?? 'unknown')}`}`);
  if (tone === 'act') return svg('path', { class: 'dot', 'data-tone': tone, d: `M${x - 5} ${y - 4}h10l-5 9z` }, title);
  if (tone === 'calm') return svg('path', { class: 'dot', 'data-tone': tone, d: `M${x - 5} ${y + 4}h10l-5 -9z` }, title);
  return svg('circle', { class: 'dot', 'data-tone': tone, cx: x, cy: y, r: tone === 'none' ? 3 : 4 }, title);
}

function lanes(rows, width) {
  const counts = new Map();
  for (const row of rows) counts.set(laneOf(row), (counts.get(laneOf(row)) ?? 0) + 1);
  const names = [...counts.keys()].sort((a, b) => (a === 'cases') - (b === 'cases') || counts.get(b) - counts.get(a)).slice(0, lanesMost);
  const from = Date.parse(rows.at(-1).at);
  const to = Math.max(Date.parse(rows[0].at), from + 1);
  const left = Math.min(116, width / 3);
  const x = (at) => left + 8 + ((Date.parse(at) - from) / (to - from)) * (width - left - 20);
  const height = names.length * laneHeight + 24;
  const parts = [];
  names.forEach((name, place) => {
    const y = place * laneHeight + laneHeight / 2;
    parts.push(svg('line', { class: 'grid', x1: left, x2: width, y1: y, y2: y }), svg('text', { class: 'lane', x: 0, y: y + 4 }, short(named('channel', name))));
    for (const row of rows) if (laneOf(row) === name) parts.push(dot(row, x(row.at), y));
  });
  parts.push(svg('text', { class: 'tick', x: left, y: height - 4 }, dayOf(from)), svg('text', { class: 'tick', x: width, y: height - 4, 'text-anchor': 'end' }, dayOf(to)));
  return svg('svg', { class: 'lanes', width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': say('timeline.lanes') }, ...parts);
}

const short = (text) => ([...text].length > 14 ? `${[...text].slice(0, 13).join('')}…` : text);

// ---- the list ------------------------------------------------------------------------------------------------------

function whatOf(row) {
  return kindOf(row) === 'cases' ? named('step', row.what.slice('case_'.length)) : named('what', row.what);
}

function money(row) {
  if (row.amount === undefined) return '';
  try {
    return new Intl.NumberFormat(language() === 'zh' ? 'zh-CN' : 'en-GB', { style: 'currency', currency: row.currency }).format(row.amount / 100);
  } catch {
    return `${row.amount / 100} ${row.currency ?? ''}`;  // not a currency that the browser knows
  }
}

function entry(row, cases) {
  const isSaid = kindOf(row) === 'said';
  const title = element('p', { class: 'title' }, row.case && element('a', { href: casePath(row.case) }, say('case.number', { id: row.case.slice(0, 8) })), element('span', { class: 'what' }, whatOf(row)),
    row.channel && quoted(named('channel', row.channel), { class: 'note' }), row.outbound && element('span', { class: 'note' }, say('timeline.us')),
    isSaid && !row.outbound && row.sentiment && mark(named('sentiment', row.sentiment), tones.sentiment[row.sentiment]),
    row.score_permille !== undefined && element('span', { class: 'note' }, `${Math.round(row.score_permille / 10)} / 100`),
    row.corrected_by && quoted(say('relabel.by', { name: row.corrected_by }), { class: 'note' }), isSaid && !row.outbound && relabelButton(row, whatOf(row), cases));
  const text = [row.title, row.text].filter(Boolean).join(' — ');
  return element('li', { class: `entry ${kindOf(row)}`, 'data-outbound': row.outbound },
    element('time', { datetime: row.at }, clockOf(row.at)), title, text && element('p', { class: 'text' }, quoted(text)),
    beside({ class: 'note' }, [listOf('issue', (row.issues ?? []).filter((one) => one !== 'none')), money(row)]));
}

function days(rows, cases) {
  const made = [];
  let day = '';
  for (const row of rows) {
    const name = longDayOf(row.at);
    if (name !== day) made.push(element('li', { class: 'day' }, element('h3', {}, name)));
    day = name;
    made.push(entry(row, cases));
  }
  return made;
}

// `cases`: those of the customer that wait, of which a correction may be.
export function drawTimeline(root, timeline, cases) {
  const width = Math.round(root.clientWidth);
  const corrected = timeline.filter((row) => row.corrected_by).map((row) => [row.id, row.sentiment, row.issues, row.urgency, row.corrected_by]);
  const sign = JSON.stringify([timeline.length, timeline[0], timeline.at(-1)?.at, corrected, cases.map((one) => [one.case, one.issues]), width, chosen, isUnfolded, language()]);
  if (signs.get(root) === sign) return;
  signs.set(root, sign);
  const again = () => drawTimeline(root, timeline, cases);
  const rows = timeline.filter((row) => chosen === 'all' || kindOf(row) === chosen);
  const focused = root.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
  const buttons = choices.map((choice) => {
    const made = element('button', { class: 'plain', 'aria-pressed': String(choice === chosen), 'data-focus': choice }, say(`timeline.${choice}`));
    made.addEventListener('click', () => {
      chosen = choice;
      again();
    });
    return made;
  });
  const more = element('button', { class: 'more plain', 'data-focus': 'more', hidden: rows.length <= rowsFirst }, isUnfolded ? say('less') : say('more', { n: rows.length }));
  more.addEventListener('click', () => {
    isUnfolded = !isUnfolded;
    again();
  });
  root.replaceChildren(element('div', { class: 'choice', role: 'group', 'aria-label': say('timeline') }, ...buttons), timeline.length > 0 && lanes(timeline, Math.max(width, 240)) || '',
    rows.length ? element('ol', { class: 'entries' }, ...days(rows.slice(0, isUnfolded ? 200 : rowsFirst), cases)) : element('p', { class: 'empty' }, say('timeline.none')), more);
  if (focused) [...root.querySelectorAll('[data-focus]')].find((one) => one.dataset.focus === focused)?.focus({ preventScroll: true });
}
