// The Vercel AI SDK over either of its providers: node ai-sdk.mjs anthropic|openai-compatible
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { baseURL, failure, features, key, model as name, run, squeeze } from './feature.mjs';

globalThis.AI_SDK_LOG_WARNINGS = false;
const isAnthropic = process.argv[2] === 'anthropic';
const provider = isAnthropic
  ? createAnthropic({ baseURL: `${baseURL}/v1`, apiKey: key })
  : createOpenAICompatible({ name: 'stillwatch', baseURL: `${baseURL}/v1`, apiKey: key, includeUsage: true });
const model = provider(name);
const thinking = isAnthropic
  ? { anthropic: { thinking: { type: 'enabled', budgetTokens: 1024 } } }
  : { stillwatch: { reasoningEffort: 'low' } };
const weather = tool({
  description: 'The weather of a city',
  inputSchema: jsonSchema({ type: 'object', required: ['city'], properties: { city: { type: 'string' } } }),
  execute: async ({ city }) => `sunny in ${city}`,
});

const common = { model, maxRetries: 0, maxOutputTokens: 2000 };
const told = ({ text, reasoningText, finishReason, usage, steps }) => ({
  text, reasoningText, finishReason,
  usage: { input: usage.inputTokens, output: usage.outputTokens, total: usage.totalTokens },
  steps: steps.map(step => step.finishReason),
});

async function generated(prompt, more) {
  return told(await generateText({ ...common, prompt, ...more }));
}

async function streamed(prompt, more) {
  const parts = [];
  const result = streamText({ ...common, prompt, onError: () => {}, ...more });
  let text = '';
  const errors = [];
  for await (const part of result.fullStream) {
    parts.push(part.type);
    text += part.type === 'text-delta' ? part.text : '';
    if (part.type === 'error') {
      errors.push(typeof part.error === 'object' && part.error instanceof Error ? failure(part.error) : part.error);
    }
  }
  const finish = await result.finishReason.then(reason => reason, () => 'none');
  return { parts: squeeze(parts), text, errors, finish };
}

const caught = async action => {
  try {
    return await action();
  } catch (error) {
    return { ...failure(error), last: error.lastError ? failure(error.lastError) : undefined };
  }
};

await features({
  text: () => generated('hello'),
  stream: () => streamed('hello'),
  thinking: () => generated('hello', { providerOptions: thinking }),
  'thinking, streamed': () => streamed('hello', { providerOptions: thinking }),
  tools: () => generated('[dev:tool]', { tools: { weather }, stopWhen: stepCountIs(3) }),
  'tools, streamed': () => streamed('[dev:tool]', { tools: { weather }, stopWhen: stepCountIs(3) }),
  refusal: () => streamed('[dev:refusal]'),
  'error 401': () => caught(() => generated('[dev:error 401]')),
  'error 404': () => caught(() => generated('[dev:error 404]')),
  'error 429': () => caught(() => generated('[dev:error 429]')),
  'error 529': () => streamed('[dev:error 529]'),
  'retry after 429': () => generated(`[dev:error 429 x1] ${run}`, { maxRetries: 2 }),
  'error in a stream': () => streamed('[dev:error-midstream]'),
  'truncated stream': async () => ({ failed: await streamed('[dev:truncate]').then(read => read.errors.length > 0, () => true) }),
  'cut connection': async () => ({ failed: await streamed('[dev:cut]').then(read => read.errors.length > 0, () => true) }),
  'slow stream': () => streamed('[dev:slow 20x10ms]'),
  'abort a stream': async () => {
    const controller = new AbortController();
    const result = streamText({ ...common, prompt: '[dev:endless]', abortSignal: controller.signal, onError: () => {} });
    let deltas = 0;
    for await (const part of result.fullStream) {
      if (part.type === 'text-delta' && ++deltas === 10) {
        controller.abort();
      }
      if (part.type === 'abort') {
        return { aborted: true };
      }
    }
    return { aborted: controller.signal.aborted };
  },
});
