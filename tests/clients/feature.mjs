// What the scripts share: where the server is, a fetch that counts and never leaves loopback, and one JSON line for each feature.
import { isDeepStrictEqual } from 'node:util';

export const baseURL = process.env.STILLWATCH_BASE_URL.replace(/\/$/, '');
export const key = process.env.STILLWATCH_KEY;
export const model = process.env.STILLWATCH_MODEL ?? 'stillwatch-development';

// Two runs of one script differ in this word only, and it is always as long: "fails twice" is remembered by text.
export const run = process.env.STILLWATCH_RUN ?? 'a';

let fetches = 0;
const realFetch = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const host = new URL(typeof input === 'string' ? input : (input.url ?? input.href)).hostname;
  if (host !== '127.0.0.1') {
    throw new Error(`left loopback for ${host}`);
  }
  fetches++;
  return realFetch(input, init);
};

/** Runs the features in their order and prints what each of them gave; a failure is a result too. */
export async function features(table) {
  const only = process.argv[3];
  for (const [feature, action] of Object.entries(table)) {
    if (only && feature !== only) {
      continue;
    }
    const before = fetches;
    let result;
    try {
      result = await action();
    } catch (error) {
      result = { thrown: failure(error) };
    }
    console.log(JSON.stringify({ feature, attempts: fetches - before, result: normal(result) }));
  }
  process.exit(0); // a client's idle connections must not hold the process
}

/** What a caller can tell of an error without its stack. */
export function failure(error) {
  return {
    class: error?.constructor?.name,
    name: error?.name,
    status: error?.status ?? error?.statusCode,
    type: error?.type ?? error?.error?.error?.type,
    code: error?.code,
    message: String(error?.message),
  };
}

/** Runs something that must fail, and tells how. */
export async function failing(action) {
  try {
    return { unexpected: await action() };
  } catch (error) {
    return failure(error);
  }
}

/** Everything an async sequence yields until it ends or fails. */
export async function collect(sequence) {
  const items = [];
  try {
    for await (const item of sequence) {
      items.push(item);
    }
    return { items };
  } catch (error) {
    return { items, thrown: failure(error) };
  }
}

/** Runs of equal values become one. */
export function squeeze(values) {
  return values.filter((value, i) => i === 0 || !isDeepStrictEqual(value, values[i - 1]));
}

const volatileKeys = /^(id|_?request_?id|tool_use_id|toolCallId|responseId|created|created_at|expires_at|ended_at|cancel_initiated_at|timestamp|session_id|uuid)$/i;

/** Takes out what differs between any two runs: ids, times, addresses. */
function normal(value, name = '') {
  if (typeof value === 'string') {
    return volatileKeys.test(name) ? '*' : value
      .replaceAll(baseURL, 'BASE')
      .replaceAll(/"request_id":"[^"]*"/g, '"request_id":"*"')
      .replaceAll(/\b(msg|toolu|call|req|msgbatch|file)_\w*\d\w*/g, '$1_*');
  }
  if (typeof value === 'number' && volatileKeys.test(name)) {
    return '*';
  }
  if (Array.isArray(value)) {
    return value.map(item => normal(item));
  }
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normal(item, key)]));
  }
  return value;
}
