// The Anthropic TypeScript SDK, whichever version is named: node anthropic.mjs PACKAGE
import { baseURL, collect, failing, features, key, model, run, squeeze } from './feature.mjs';

const { default: Anthropic, toFile } = await import(process.argv[2]);
const options = { baseURL, apiKey: key, maxRetries: 0, timeout: 20_000 };
const client = new Anthropic(options);
const ask = (text, more) => ({ model, max_tokens: 2000, messages: [{ role: 'user', content: text }], ...more });
const weather = {
  name: 'weather',
  description: 'The weather of a city',
  input_schema: { type: 'object', required: ['city', 'days'], properties: { city: { type: 'string' }, days: { type: 'integer' } } },
};

async function streamed(text, more) {
  const stream = client.messages.stream(ask(text, more));
  const { items, thrown } = await collect(stream);
  return { events: squeeze(items.map(item => item.delta?.type ?? item.type)), thrown, final: thrown ? undefined : await stream.finalMessage() };
}

async function raw(text) {
  const { items, thrown } = await collect(await client.messages.create(ask(text, { stream: true })));
  return { events: squeeze(items.map(item => item.delta?.type ?? item.type)), thrown };
}

const files = client.files ?? client.beta.files;

await features({
  text: () => client.messages.create(ask('hello')),
  'text, headers': async () => {
    const { data, response, request_id } = await client.messages.create(ask('hello')).withResponse();
    return { status: response.status, type: response.headers.get('content-type'), request_id: Boolean(request_id), id: Boolean(data.id) };
  },
  stream: () => streamed('hello'),
  'cached prompt': () => client.messages.create(ask('hello', { system: [{ type: 'text', text: 'Be kind.', cache_control: { type: 'ephemeral' } }] })),
  'cut at max_tokens': () => streamed('hello', { max_tokens: 8 }),
  refusal: () => streamed('[dev:refusal]'),
  'odd text': () => streamed('[dev:echo] \u{1F600} \ud83d lone, "quoted" \\ \u0000'),
  thinking: () => client.messages.create(ask('hello', { thinking: { type: 'enabled', budget_tokens: 1024 } })),
  'thinking, streamed': () => streamed('hello', { thinking: { type: 'enabled', budget_tokens: 1024 } }),
  'thinking, omitted': () => streamed('hello', { thinking: { type: 'adaptive', display: 'omitted' } }),
  tools: async () => {
    const first = await streamed('[dev:tool]', { tools: [weather] });
    const use = first.final.content.find(block => block.type === 'tool_use');
    const second = await client.messages.create({
      model,
      max_tokens: 2000,
      tools: [weather],
      messages: [
        { role: 'user', content: '[dev:tool]' },
        { role: 'assistant', content: first.final.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: use.id, content: 'sunny' }] },
      ],
    });
    return { first, second };
  },
  'error 400': () => failing(() => client.messages.create(ask('[dev:error 400]'))),
  'error 401': () => failing(() => client.messages.create(ask('[dev:error 401]'))),
  'error 403': () => failing(() => client.messages.create(ask('[dev:error 403]'))),
  'error 404': () => failing(() => client.messages.create(ask('[dev:error 404]'))),
  'error 429': () => failing(() => client.messages.create(ask('[dev:error 429]'))),
  'error 529': () => failing(() => client.messages.create(ask('[dev:error 529]', { stream: true }))),
  'retry after 529': () => new Anthropic({ ...options, maxRetries: 2 }).messages.create(ask(`[dev:error 529 x2] ${run}`)),
  'retry after 429': () => new Anthropic({ ...options, maxRetries: 2 }).messages.create(ask(`[dev:error 429 x1] ${run}`)),
  'retries run out': () => failing(() => new Anthropic({ ...options, maxRetries: 1 }).messages.create(ask('[dev:error 500]'))),
  'error in a stream': () => raw('[dev:error-midstream]'),
  'truncated stream': async () => ({ failed: await streamed('[dev:truncate]').then(read => Boolean(read.thrown), () => true) }),
  'cut connection': async () => ({ failed: await raw('[dev:cut]').then(read => Boolean(read.thrown), () => true) }),
  'slow stream': () => raw('[dev:slow 20x10ms]'),
  'abort a stream': async () => {
    const stream = await client.messages.create(ask('[dev:endless]', { stream: true }));
    let events = 0;
    for await (const _ of stream) {
      if (++events === 10) {
        break;
      }
    }
    return { events, aborted: stream.controller.signal.aborted };
  },
  'abort a wait': () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    return failing(() => client.messages.create(ask('[dev:endless]'), { signal: controller.signal }));
  },
  'count tokens': () => client.messages.countTokens({ model, messages: [{ role: 'user', content: 'hello there' }] }),
  models: async () => {
    const listed = await collect(client.models.list());
    const one = await client.models.retrieve(listed.items[0].id);
    return { ids: listed.items.map(item => `model ${item.id}`), one: `model ${one.id}`, missing: (await failing(() => client.models.retrieve('no-such-model'))).status };
  },
  files: async () => {
    const stored = await files.upload({ file: await toFile(Buffer.from('a file'), 'a.txt', { type: 'text/plain' }) });
    const listed = await collect(files.list());
    const one = await files.retrieveMetadata(stored.id);
    const content = await (await files.download(stored.id)).text();
    const deleted = await files.delete(stored.id);
    const gone = await failing(() => files.retrieveMetadata(stored.id));
    return { stored, listed: listed.items.some(item => item.id === stored.id), one, content, deleted, gone: gone.status };
  },
  batches: async () => {
    const requests = ['hello', '[dev:error 400]', '[dev:thinking] hello'].map((text, i) => ({ custom_id: `c${i}`, params: ask(text) }));
    const created = await client.messages.batches.create({ requests });
    const polled = [created];
    while (polled.at(-1).processing_status !== 'ended' && polled.length < 10) {
      polled.push(await client.messages.batches.retrieve(created.id));
    }
    const listed = await collect(client.messages.batches.list());
    const results = await collect(await client.messages.batches.results(created.id));
    return { polled, listed: listed.items.some(item => item.id === created.id), results, deleted: await client.messages.batches.delete(created.id) };
  },
  'batch cancelled': async () => {
    const created = await client.messages.batches.create({ requests: [{ custom_id: 'c', params: ask('hello') }] });
    return client.messages.batches.cancel(created.id);
  },
});
