// Asks the API, acts through it, and listens to its event stream. The stream is read with fetch, not EventSource, so that a token
// can be sent in a header; when it ends it is taken up again after the last event that came.

const quietMax = 45000;   // the API says something every 15 seconds; beyond this the line is dead
const hiddenMax = 10000;  // a browser has six lines to one server for all its tabs: one that nobody sees gives its own back

// An answer that is a refusal, as RFC 9457 has it. Status 0: there was no answer.
export class Refusal extends Error {
  constructor(status, { code = '', detail = '' } = {}) {
    super(detail || `HTTP ${status}`);
    Object.assign(this, { status, code, detail });
  }
}

function headers(extra = {}) {
  const token = sessionStorage.getItem('token');
  return token ? { Authorization: `Bearer ${token}`, ...extra } : extra;
}

async function answerOf(path, options) {
  const response = await fetch(path, options).catch(() => {
    throw new Refusal(0, { code: 'unreachable' });
  });
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(response.status, body);
  return body;
}

export const ask = (path) => answerOf(path, { headers: headers() });

// What a person decided. The request has a name of its own, so that it may be sent again.
function command(path, body) {
  const request = `page-${crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`}`;
  return answerOf(path, {
    method: 'POST',
    headers: headers({ 'Content-Type': 'application/json' }),
    body: JSON.stringify({ request, ...body }),
  });
}

export const act = (id, action) => command(`/v1/cases/${id}/actions`, action);
export const correct = (label) => command('/v1/labels', label);

// The fields of one event of the stream; nothing for a comment.
function parse(block) {
  const event = { name: 'message', data: '' };
  for (const line of block.split('\n')) {
    if (line.startsWith('id: ')) event.id = line.slice(4);
    if (line.startsWith('event: ')) event.name = line.slice(7);
    if (line.startsWith('data: ')) event.data += line.slice(6);
  }
  return event.data ? event : null;
}

async function read(response, heard, take) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    heard();
    text += value;
    const blocks = text.split('\n\n');
    text = blocks.pop();
    for (const block of blocks) {
      const event = parse(block);
      if (event) take(event);
    }
  }
}

// Waits, or less when the browser says that there is a network again or somebody looks at the page.
function pause(milliseconds) {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener('online', end);
      document.removeEventListener('visibilitychange', end);
      done();
    };
    const timer = setTimeout(end, milliseconds);
    addEventListener('online', end);
    document.addEventListener('visibilitychange', end);
  });
}

function becomesVisible() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((done) => document.addEventListener('visibilitychange', done, { once: true }));
}

// Ends the stream when the page is left, or hidden for long. Gives what takes that back.
function endWhenHidden(stop) {
  let timer;
  const look = () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(() => stop.abort(), hiddenMax);
  };
  const leave = () => stop.abort();
  document.addEventListener('visibilitychange', look);
  addEventListener('pagehide', leave);
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', look);
    removeEventListener('pagehide', leave);
  };
}

// Calls `take(name, object)` for every event, and `tell(state)` with `connecting`, `live` or `lost`; `connected` each time the
// stream stands. Returns only when the API refuses the token.
export async function listen(path, { take, tell, connected }) {
  let last = '';
  let wait = 500;
  for (;;) {
    await becomesVisible();
    const stop = new AbortController();
    const release = endWhenHidden(stop);
    let timer;
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), quietMax);
    };
    try {
      tell('connecting');
      heard();
      const response = await fetch(path, { headers: headers(last ? { 'Last-Event-ID': last } : {}), signal: stop.signal });
      if (response.status === 401) throw new Refusal(401, await response.json().catch(() => ({})));
      if (response.status === 400) last = '';  // another log stands there now
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      tell('live');
      wait = 500;
      connected();
      await read(response, heard, (event) => {
        last = event.id;
        take(event.name, JSON.parse(event.data));
      });
    } catch (error) {
      if (error instanceof Refusal) throw error;
    } finally {
      clearTimeout(timer);
      release();
    }
    if (document.hidden) continue;
    tell('lost');
    await pause(wait * (0.5 + Math.random()));
    wait = Math.min(wait * 2, 15000);
  }
}
