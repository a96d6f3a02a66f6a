// Asks the API, and listens to its event stream. The stream is read with fetch, not EventSource, so that a token can be sent
// in a header; when it ends it is taken up again after the last event that came.

export class Refused extends Error {}

function headers(extra = {}) {
  const token = sessionStorage.getItem('token');
  return token ? { Authorization: `Bearer ${token}`, ...extra } : extra;
}

export async function ask(path) {
  const response = await fetch(path, { headers: headers() });
  if (response.status === 401) throw new Refused();
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.json();
}

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

async function read(response, take) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const blocks = text.split('\n\n');
    text = blocks.pop();
    for (const block of blocks) {
      const event = parse(block);
      if (event) take(event);
    }
  }
}

// Calls `take(name, object)` for every event, and `tell(state)` with `connecting`, `live` or `lost`; `connected` each time
// the stream stands. Returns only when the API refuses.
export async function listen(path, { take, tell, connected }) {
  let last = '';
  let wait = 500;
  for (;;) {
    try {
      tell('connecting');
      const response = await fetch(path, { headers: headers(last ? { 'Last-Event-ID': last } : {}) });
      if (response.status === 401) throw new Refused();
      if (response.status === 400) last = '';  // another log stands there now
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      tell('live');
      wait = 500;
      connected();
      await read(response, (event) => {
        last = event.id;
        take(event.name, JSON.parse(event.data));
      });
    } catch (error) {
      if (error instanceof Refused) throw error;
    }
    tell('lost');
    await new Promise((done) => setTimeout(done, wait * (0.5 + Math.random())));
    wait = Math.min(wait * 2, 15000);
  }
}
