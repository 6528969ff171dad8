// The OpenAI JavaScript SDK, whichever version is named: node openai.mjs PACKAGE
import { baseURL, collect, failing, features, key, model, run, squeeze } from './feature.mjs';

const { default: OpenAI } = await import(process.argv[2]);
const options = { baseURL: `${baseURL}/v1`, apiKey: key, maxRetries: 0, timeout: 20_000 };
const client = new OpenAI(options);
const ask = (text, more) => ({ model, messages: [{ role: 'user', content: text }], ...more });
const weather = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'The weather of a city',
    parameters: { type: 'object', required: ['city', 'days'], properties: { city: { type: 'string' }, days: { type: 'integer' } } },
  },
};

async function raw(text, more) {
  const { items, thrown } = await collect(await client.chat.completions.create(ask(text, { stream: true, ...more })));
  return {
    deltas: squeeze(items.map(item => Object.keys(item.choices[0]?.delta ?? { none: 0 }).join())),
    content: items.map(item => item.choices[0]?.delta.content ?? '').join(''),
    reasoning: items.map(item => item.choices[0]?.delta.reasoning_content ?? '').join(''),
    finish: items.map(item => item.choices[0]?.finish_reason).filter(Boolean),
    usage: items.map(item => item.usage).filter(Boolean),
    thrown,
  };
}

async function streamed(text, more) {
  const stream = client.chat.completions.stream(ask(text, more));
  const { thrown } = await collect(stream);
  return { thrown, final: thrown ? undefined : await stream.finalChatCompletion() };
}

await features({
  text: () => client.chat.completions.create(ask('hello')),
  stream: () => streamed('hello', { stream_options: { include_usage: true } }),
  'stream without usage': () => raw('hello'),
  'stream with usage': () => raw('hello', { stream_options: { include_usage: true } }),
  'cut at max_tokens': () => client.chat.completions.create(ask('hello', { max_completion_tokens: 8 })),
  refusal: () => raw('[dev:refusal]'),
  'odd text': () => raw('[dev:echo] \u{1F600} \ud83d lone, "quoted" \\ \u0000'),
  thinking: () => client.chat.completions.create(ask('hello', { reasoning_effort: 'low' })),
  'thinking, streamed': () => raw('hello', { reasoning_effort: 'low' }),
  'structured answer': () => client.chat.completions.create(ask('hello', {
    response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object', required: ['a'], properties: { a: { type: 'string' } } } } },
  })),
  tools: async () => {
    const first = await streamed('[dev:tool]', { tools: [weather] });
    const call = first.final.choices[0].message;
    const second = await client.chat.completions.create({
      model,
      tools: [weather],
      messages: [{ role: 'user', content: '[dev:tool]' }, call, { role: 'tool', tool_call_id: call.tool_calls[0].id, content: 'sunny' }],
    });
    return { first, second };
  },
  'error 400': () => failing(() => client.chat.completions.create(ask('[dev:error 400]'))),
  'error 401': () => failing(() => client.chat.completions.create(ask('[dev:error 401]'))),
  'error 403': () => failing(() => client.chat.completions.create(ask('[dev:error 403]'))),
  'error 404': () => failing(() => client.chat.completions.create(ask('[dev:error 404]'))),
  'error 429': () => failing(() => client.chat.completions.create(ask('[dev:error 429]'))),
  'error 529': () => failing(() => client.chat.completions.create(ask('[dev:error 529]', { stream: true }))),
  'retry after 529': () => new OpenAI({ ...options, maxRetries: 2 }).chat.completions.create(ask(`[dev:error 529 x2] ${run}`)),
  'retry after 429': () => new OpenAI({ ...options, maxRetries: 2 }).chat.completions.create(ask(`[dev:error 429 x1] ${run}`)),
  'retries run out': () => failing(() => new OpenAI({ ...options, maxRetries: 1 }).chat.completions.create(ask('[dev:error 500]'))),
  'error in a stream': () => raw('[dev:error-midstream]'),
  'truncated stream': async () => ({ failed: await streamed('[dev:truncate]').then(read => Boolean(read.thrown), () => true) }),
  'cut connection': async () => ({ failed: await raw('[dev:cut]').then(read => Boolean(read.thrown), () => true) }),
  'slow stream': () => raw('[dev:slow 20x10ms]'),
  'abort a stream': async () => {
    const stream = await client.chat.completions.create(ask('[dev:endless]', { stream: true }));
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
    return failing(() => client.chat.completions.create(ask('[dev:endless]'), { signal: controller.signal }));
  },
  models: async () => {
    const listed = await collect(client.models.list());
    const one = await client.models.retrieve(listed.items[0].id);
    return { ids: listed.items.map(item => `model ${item.id}`), one: `model ${one.id}`, missing: (await failing(() => client.models.retrieve('no-such-model'))).status };
  },
});
