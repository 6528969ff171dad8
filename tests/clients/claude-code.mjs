// Claude Code as a user runs it, in an empty home and without anything but its model: node claude-code.mjs
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { baseURL, features, key, model, run } from './feature.mjs';

const command = fileURLToPath(new URL('./node_modules/.bin/claude', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'claude-code-'));
const nowhere = 'http://127.0.0.1:9'; // the discard port: whatever would leave loopback finds nobody

/** Runs one prompt; `more` are further arguments. */
function claude(prompt, ...more) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, ['-p', prompt, '--output-format', 'json', '--model', model, ...more], {
      cwd: home,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: home,
        ANTHROPIC_BASE_URL: baseURL,
        ANTHROPIC_API_KEY: key,
        ANTHROPIC_SMALL_FAST_MODEL: model,
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        CLAUDE_CODE_MAX_RETRIES: '2',
        DISABLE_TELEMETRY: '1',
        DISABLE_ERROR_REPORTING: '1',
        DISABLE_AUTOUPDATER: '1',
        HTTP_PROXY: nowhere,
        HTTPS_PROXY: nowhere,
        NO_PROXY: '127.0.0.1',
      },
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', chunk => { output += chunk; });
    child.stderr.on('data', chunk => { errors += chunk; });
    child.on('error', reject);
    child.on('close', code => {
      try {
        const { type, subtype, is_error, api_error_status, result, num_turns, stop_reason } = JSON.parse(output);
        resolve({ code, type, subtype, is_error, api_error_status, result, num_turns, stop_reason });
      } catch {
        resolve({ code, output: output.slice(0, 400), errors: errors.slice(0, 400) });
      }
    });
  });
}

writeFileSync(join(home, 'development'), 'a file to read\n');
process.on('exit', () => rmSync(home, { recursive: true, force: true }));

await features({
  text: () => claude('hello'),
  tools: () => claude('[dev:tool Read]', '--allowedTools', 'Read'),
  'error 403': () => claude('[dev:error 403]'),
  'retry after 529': () => claude(`[dev:error 529 x1] ${run}`),
  'error in a stream': () => claude('[dev:error-midstream]'),
});
