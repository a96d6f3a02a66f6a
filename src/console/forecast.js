// The silence forecast as a curve: how likely this silence is to last, where it stands now, and when it crosses the levels at which
// Earshot speaks up. Drawn by hand as SVG, in the width that there is.
import { element, svg } from './dom.js';
import { dayOf, every, percent, span } from './show.js';
import { language, say } from './words.js';

const height = 230;
const margin = { left: 48, right: 14, top: 16, bottom: 28 };
const oneDay = 86400000;
const signs = new WeakMap();

function valueAt(curve, at) {
  const next = curve.findIndex((point) => Date.parse(point.at) >= at);
  if (next === -1) return curve.at(-1).permille;
  if (next === 0) return curve[0].permille;
  const [a, b] = [curve[next - 1], curve[next]];
  const share = (at - Date.parse(a.at)) / (Date.parse(b.at) - Date.parse(a.at));
  return a.permille + share * (b.permille - a.permille);
}

function caption(forecast, now) {
  if (forecast.rule === 'none') return [say('forecast.none')];
  if (forecast.curve.length === 0) return [say('forecast.young', { day: dayOf(forecast.watch_at) })];
  const level = percent(forecast.act_permille);
  const at = Date.parse(forecast.act_at ?? forecast.watch_at);
  const first = at > now
    ? say('forecast.will', { level, day: dayOf(at), span: span(at - now) })
    : say('forecast.past', { level, day: dayOf(at), silent: span(now - Date.parse(forecast.last_heard)), now: percent(valueAt(forecast.curve, now)) });
  return [first, forecast.usual_days ? say('forecast.rhythm', { every: every(forecast.usual_days), within: forecast.within_days }) : ''];
}

function ticks(from, to, x, width) {
  const days = (to - from) / oneDay;
  const step = [7, 14, 28, 56, 91, 182, 364].find((one) => (width * one) / days > 74) ?? 728;
  const made = [];
  for (let day = 0; day <= days; day += step) {
    const at = from + day * oneDay;
    made.push(svg('line', { class: 'grid', x1: x(at), x2: x(at), y1: height - margin.bottom, y2: height - margin.bottom + 4 }),
      svg('text', { class: 'tick', x: x(at), y: height - 8, 'text-anchor': day === 0 ? 'start' : x(at) > width + margin.left - 24 ? 'end' : 'middle' }, dayOf(at)));
  }
  return made;
}

// What is far beyond both the levels and now says nothing.
function endOf(forecast, now) {
  const from = Date.parse(forecast.curve[0].at);
  const last = Date.parse(forecast.curve.at(-1).at);
  const levels = ['watch_at', 'act_at'].map((name) => Date.parse(forecast[name] ?? forecast.curve[0].at));
  return Math.min(last, from + Math.max(28 * oneDay, 1.5 * (Math.max(...levels) - from), 1.25 * (now - from)));
}

function draw(forecast, now, width) {
  const from = Date.parse(forecast.curve[0].at);
  const to = endOf(forecast, now);
  const curve = [...forecast.curve.filter((point) => Date.parse(point.at) < to), { at: new Date(to).toISOString(), permille: valueAt(forecast.curve, to) }];
  const x = (at) => margin.left + ((at - from) / (to - from)) * (width - margin.left - margin.right);
  const y = (permille) => height - margin.bottom - (permille / 1000) * (height - margin.top - margin.bottom);
  const path = (points) => points.map((point, place) => `${place ? 'L' : 'M'}${x(Date.parse(point.at)).toFixed(1)} ${y(point.permille).toFixed(1)}`).join('');
  const today = Math.min(Math.max(now, from), to);
  const here = { at: new Date(today).toISOString(), permille: valueAt(curve, today) };
  const past = [...curve.filter((point) => Date.parse(point.at) < today), here];
  const base = y(0);
  const parts = [];
  for (const permille of [0, 500, 1000]) {
    parts.push(svg('line', { class: 'grid', x1: margin.left, x2: width - margin.right, y1: y(permille), y2: y(permille) }),
      svg('text', { class: 'tick', x: margin.left - 7, y: y(permille) + 4, 'text-anchor': 'end' }, percent(permille)));
  }
  parts.push(...ticks(from, to, x, width - margin.left - margin.right));
  parts.push(svg('path', { class: 'area', d: `${path(past)}L${x(today)} ${base}L${x(from)} ${base}Z` }));
  for (const level of ['watch', 'act']) {
    const permille = forecast[`${level}_permille`];
    parts.push(svg('line', { class: `level ${level}`, x1: margin.left, x2: width - margin.right, y1: y(permille), y2: y(permille) }),
      svg('text', { class: `name ${level}`, x: width - margin.right, y: y(permille) - 5, 'text-anchor': 'end' }, `${say(`forecast.${level}`)} ${percent(permille)}`));
  }
  parts.push(svg('path', { class: 'curve to-come', d: path([here, ...curve.filter((point) => Date.parse(point.at) > today)]) }), svg('path', { class: 'curve', d: path(past) }));
  for (const level of ['watch', 'act']) {
    const at = forecast[`${level}_at`] && Date.parse(forecast[`${level}_at`]);
    if (!at || at < from || at > to) continue;
    const permille = forecast[`${level}_permille`];
    const isRight = x(at) > width - 70;
    parts.push(svg('line', { class: `drop ${level}`, x1: x(at), x2: x(at), y1: y(permille), y2: base }),
      svg('circle', { class: `cross ${level}`, cx: x(at), cy: y(permille), r: 5 }),
      svg('text', { class: `when ${level}`, x: x(at) + (isRight ? -8 : 8), y: y(permille) + 16, 'text-anchor': isRight ? 'end' : 'start' }, dayOf(at)));
  }
  const nowIsRight = x(today) > width - 60;
  if (now >= from && now <= to) {
    parts.push(svg('line', { class: 'now', x1: x(today), x2: x(today), y1: margin.top - 4, y2: base }),
      svg('text', { class: 'when', x: x(today) + (nowIsRight ? -6 : 6), y: base - 8, 'text-anchor': nowIsRight ? 'end' : 'start' }, say('forecast.today')),
      svg('circle', { class: 'here', cx: x(today), cy: y(here.permille), r: 4 }));
  }
  return svg('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': caption(forecast, now).join(' ') }, ...parts);
}

export function drawForecast(figure, forecast, now) {
  const width = Math.round(figure.clientWidth);
  const sign = JSON.stringify([forecast, width, Math.floor(now / 600000), language()]);
  if (signs.get(figure) === sign) return;
  signs.set(figure, sign);
  const [first, second] = caption(forecast, now);
  const text = element('figcaption', {}, element('p', { class: 'title' }, first), second && element('p', { class: 'note' }, second));
  if (forecast.curve.length === 0) return figure.replaceChildren(text);
  figure.replaceChildren(text, element('p', { class: 'note axis' }, say('forecast.axis', { n: forecast.horizon_days })), draw(forecast, now, Math.max(width, 240)));
}
