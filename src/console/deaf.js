// Which sources cannot be heard, or could not be a short while ago: a quiet row below the head.
import { bring, byId, element } from './dom.js';
import { now } from './known.js';
import { ask } from './live.js';
import { mark, momentOf } from './show.js';
import { say } from './words.js';

const recent = 86400000;
const rowsShown = 3;

let gaps = [];

export function drawDeaf() {
  const shown = gaps.filter((gap) => !gap.to || now() - Date.parse(gap.to) < recent);
  shown.sort((a, b) => Number(Boolean(a.to)) - Number(Boolean(b.to)) || Date.parse(b.from) - Date.parse(a.from));
  shown.length = Math.min(shown.length, rowsShown);
  bring(byId('deaf'), shown, {
    key: (gap) => `${gap.connector} ${gap.from}`,
    sign: (gap) => [gap, say('deaf')],
    make: (gap) => element('li', {}, mark(say(gap.to ? 'deaf.over' : 'deaf.now'), gap.to ? 'watch' : 'act'), ' ',
      say(gap.to ? 'deaf.was' : 'deaf.lasts', { source: `\u2068${gap.connector}\u2069`, from: momentOf(gap.from), to: gap.to && momentOf(gap.to) })),
  });
  byId('deaf').hidden = shown.length === 0;
}

export async function fetchDeaf() {
  gaps = (await ask('/v1/gaps')).items;
}

// Desk says so when a source becomes deaf, or is not any more.
export const isAboutDeafness = (name, row) => name === 'alert' && /^source .* (cannot|could not) be heard /.test(row.title);
