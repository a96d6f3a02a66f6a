// Draws what is known. What customers and agents wrote only ever becomes text, never markup.

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// Texts of others, one beside the other. Each is isolated, so that one written from right to left turns no other around.
function beside(className, texts) {
  const made = element('p', className);
  for (const text of texts.filter(Boolean)) made.append(made.childNodes.length ? ' · ' : '', element('bdi', '', text));
  return made;
}

function mark(text, tone) {
  const made = element('span', 'mark', text);
  if (tone) made.dataset.tone = tone;
  return made;
}

const words = (name) => name.replaceAll('_', ' ');
const list = (names) => (names ?? []).map(words).join(', ');

export function span(milliseconds) {
  const minutes = Math.round(Math.abs(milliseconds) / 60000);
  if (minutes < 1) return '< 1 min';
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')}`;
  return `${Math.round(minutes / 1440)} days`;
}

function time(at) {
  const made = element('time', '', new Date(at).toLocaleString([], { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' }));
  made.dateTime = at;
  return made;
}

function due(at, now) {
  const cell = element('td', 'due');
  if (!at) {
    cell.textContent = '–';
    return cell;
  }
  const left = Date.parse(at) - now;
  cell.append(element('span', left < 0 ? 'late' : left < 3600000 ? 'soon' : '', left < 0 ? `${span(left)} late` : `in ${span(left)}`));
  cell.title = new Date(at).toLocaleString();
  return cell;
}

const priorityTone = { urgent: 'act', high: 'watch' };

export const nextDeadline = (row) => [row.first_reply_due, row.resolution_due].filter(Boolean).sort()[0];

function caseRow(row, now) {
  const made = element('tr');
  const priority = element('td');
  priority.append(mark(row.priority, priorityTone[row.priority]));
  const about = element('td');
  about.append(element('p', 'title', list(row.issues) || words(row.origin)));
  about.append(beside('more', [row.reasons?.[0], row.product]));
  const owner = element('td');
  owner.append(beside('title', [row.owner || 'nobody yet']));
  owner.append(beside('more', [words(row.department), !row.owner && row.liaison && `${row.liaison} answers for it`]));
  made.append(priority, about, owner, element('td', '', words(row.state)), due(nextDeadline(row), now));
  made.title = `case ${row.case}`;
  return made;
}

const severityTone = { critical: 'act', warning: 'watch' };

function alertItem(row) {
  const made = element('li');
  const title = element('p', 'title');
  title.append(mark(row.severity, severityTone[row.severity]), ' ', element('bdi', '', row.title));
  const more = beside('more', [row.owner, words(row.department ?? '')]);
  more.prepend(time(row.at), more.childNodes.length ? ' · ' : '');
  made.append(title, more);
  return made;
}

const kindName = { negative: 'unhappy', silent: 'gone silent', at_risk: 'at risk', recovered: 'recovered' };

function signalItem(row) {
  const made = element('li');
  const title = element('p', 'title');
  title.append(mark(kindName[row.kind] ?? words(row.kind), row.level), ` customer ${row.customer.slice(0, 8)}`);
  title.title = row.customer;
  const more = element('p', 'more', 'since ');
  more.append(time(row.since));
  if (row.probability_permille && row.kind === 'silent') more.append(` · ${Math.round(row.probability_permille / 10)} % likely to stay silent`);
  made.append(title, more);
  if (row.reasons?.length) {
    const reasons = element('ul', 'reasons');
    for (const reason of row.reasons) {
      const item = element('li');
      item.append(element('bdi', '', reason));
      reasons.append(item);
    }
    made.append(reasons);
  }
  return made;
}

// Numbers that a team looks at, in this order; each from the newest window of all together.
const numbers = [
  { kpi: 'active', name: 'Active cases', show: (row) => row.count },
  { kpi: 'unanswered', name: 'Waiting for us', show: (row) => row.count },
  { kpi: 'resolved', name: 'Resolved', show: (row) => row.count },
  { kpi: 'first_response', name: 'First response', show: (row) => (row.p50 === undefined ? '–' : span(row.p50)) },
  { kpi: 'resolution', name: 'Resolution', show: (row) => (row.p50 === undefined ? '–' : span(row.p50)) },
  { kpi: 'csat', name: 'CSAT', show: (row) => (row.value_milli === undefined ? '–' : `${(row.value_milli / 10).toFixed(0)} %`), counts: true },
  { kpi: 'nps', name: 'NPS', show: (row) => (row.value_milli === undefined ? '–' : (row.value_milli / 1000).toFixed(0)), counts: true },
];

export function drawKpis(kpis) {
  const shown = numbers.map((number) => {
    const row = kpis.get(number.kpi);
    const made = element('dl', 'kpi');
    const value = element('dd', '', row ? String(number.show(row)) : '–');
    if (row && number.counts && row.value_milli !== undefined) value.append(element('small', '', ` of ${row.count}`));
    made.append(element('dt', '', number.name), value);
    if (row) made.title = `${row.from} to ${row.to}${row.provisional ? ', provisional' : ''}`;
    return made;
  });
  document.getElementById('kpis').replaceChildren(...shown);
}

function draw(id, rows, total) {
  document.getElementById(id).replaceChildren(...rows);
  document.getElementById(`${id}-empty`).hidden = rows.length > 0;
  const count = document.getElementById(`${id}-count`);
  if (count) count.textContent = total ? String(total) : '';
}

export function drawCases(rows, total, now) { draw('cases', rows.map((row) => caseRow(row, now)), total); }
export function drawSignals(rows, total) { draw('signals', rows.map(signalItem), total); }
export function drawAlerts(rows, freshFrom) {
  draw('alerts', rows.map((row) => {
    const made = alertItem(row);
    if (row.arrived >= freshFrom) made.classList.add('fresh');
    return made;
  }));
}
