// Opens a playground in headless Chromium, runs one operation and reports what
// it saw. What to do is one JSON object on standard input, what happened one
// JSON object on standard output; whether that is right is the caller's business.
//
//   in    {url, executable, sandbox, query, variables, logIn, colorScheme, screenshots: {answer, docs}, timeoutMs}
//   out   {title, background, headers, answer, shown, prettified, history, types, stored, suggestions,
//          requests, foreign, console, failure}
//
// A step that cannot be done ends the visit; failure then says which one.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

const selectAll = process.platform === 'darwin' ? 'Meta+KeyA' : 'Control+KeyA';

async function readInput() {
  let text = '';
  for await (const chunk of process.stdin) text += chunk;
  return JSON.parse(text);
}

// editorText reads the whole text of one of Monaco's editors; the page shows
// only the lines that fit.
function editorText(page, name) {
  return page.evaluate((suffix) => {
    const model = globalThis.__MONACO?.editor.getModels().find(({ uri }) => uri.path.endsWith(suffix));
    return model ? model.getValue() : null;
  }, name);
}

// shownText reads the lines that are on the screen, from top to bottom: their
// order in the document is not it.
function shownText(page, selector) {
  return page.locator(`${selector} .view-line`).evaluateAll((lines) =>
    lines
      .sort((a, b) => Number.parseFloat(a.style.top) - Number.parseFloat(b.style.top))
      .map((line) => line.textContent.replaceAll('\u00a0', ' '))
      .join('\n'),
  );
}

// replaceText pastes text over what an editor holds. Typing would not do: the
// editor indents and closes brackets while one types. An editor that has only
// just been shown may not take the first paste, so it is asked again.
async function replaceText(page, selector, name, text) {
  const editor = page.locator(`${selector} textarea.inputarea`);
  for (let attempt = 1; ; attempt++) {
    await editor.focus();
    await editor.press(selectAll);
    await editor.evaluate((element, pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', pasted);
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, text);
    const got = await editorText(page, name);
    if (got === text) return;
    if (attempt === 10) throw new Error(`${name} holds ${JSON.stringify(got)} after pasting ${JSON.stringify(text)}`);
    await page.waitForTimeout(100);
  }
}

// watch records what the page asks of the network and says in its console.
// Requests that leave the origin are recorded and refused.
async function watch(context, page, origin, seen) {
  const inside = (url) => url.protocol === 'data:' || url.protocol === 'blob:' || url.origin === origin;
  await context.route('**/*', (route) => {
    const url = new URL(route.request().url());
    if (inside(url)) return route.continue();
    seen.foreign.push(url.href);
    return route.abort();
  });
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (inside(url)) seen.requests.push(`${request.method()} ${url.protocol === 'data:' ? 'data:' : url.pathname}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) seen.console.push(`HTTP ${response.status()} ${response.url()}`);
  });
  page.on('websocket', (socket) => {
    const url = new URL(socket.url());
    if (url.host !== new URL(origin).host) seen.foreign.push(url.href);
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) seen.console.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => seen.console.push(`uncaught: ${error.message}`));
  page.on('requestfailed', (request) => {
    seen.console.push(`request failed: ${request.url()}: ${request.failure()?.errorText}`);
  });
}

async function visit(page, input, seen, step) {
  step('open the page');
  await page.goto(input.url);
  await page.locator('.graphiql-query-editor .view-lines').waitFor();
  seen.title = await page.title();
  seen.background = await page.evaluate(() => getComputedStyle(document.querySelector('.graphiql-container')).backgroundColor);

  if (input.logIn) {
    step('log in with the toolbar button');
    await page.locator('[data-weft="demo-login"]').click();
    await page.waitForFunction(() =>
      globalThis.__MONACO.editor
        .getModels()
        .some((model) => model.uri.path.endsWith('request-headers.json') && model.getValue().includes('Authorization')),
    );
    seen.headers = await editorText(page, 'request-headers.json');
  }

  step('paste the operation');
  await replaceText(page, '.graphiql-query-editor', 'operation.graphql', input.query);
  if (input.variables) {
    await page.locator('.graphiql-editor-tools [data-name="variables"]').click();
    await replaceText(page, 'section[aria-label="Variables"] .graphiql-editor:not(.hidden)', 'variables.json', JSON.stringify(input.variables));
  }

  step('run the operation');
  await page.locator('.graphiql-execute-button').click();
  step('read the answer');
  await page.locator('.graphiql-response .graphiql-spinner').waitFor({ state: 'detached' });
  await page.waitForFunction(() => {
    const model = globalThis.__MONACO.editor.getModels().find(({ uri }) => uri.path.endsWith('response.json'));
    const lines = document.querySelector('.graphiql-response .view-lines');
    return model.getValue() !== '' && lines.textContent !== '';
  });
  seen.answer = await editorText(page, 'response.json');
  seen.shown = await shownText(page, '.graphiql-response');
  await page.screenshot({ path: input.screenshots.answer });

  step('prettify the operation');
  await page.getByRole('button', { name: 'Prettify query' }).click();
  await page.waitForFunction((before) => {
    const model = globalThis.__MONACO.editor.getModels().find(({ uri }) => uri.path.endsWith('operation.graphql'));
    return model.getValue() !== before;
  }, input.query);
  seen.prettified = await editorText(page, 'operation.graphql');

  step('open the history');
  await page.getByRole('button', { name: 'Show History' }).click();
  await page.locator('.graphiql-history-item').first().waitFor();
  seen.history = await page.locator('.graphiql-history-item').allInnerTexts();
  seen.stored = await page.evaluate(() => JSON.stringify(localStorage));

  step('open the documentation');
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.locator('.graphiql-doc-explorer-content a').first().waitFor();
  seen.types = await page.locator('.graphiql-doc-explorer-content a').allInnerTexts();
  await page.screenshot({ path: input.screenshots.docs });

  step('open a second tab');
  await page.getByRole('button', { name: 'New tab' }).click();
  await page.locator('#graphiql-session-tab-1').waitFor();

  // Every schema has this field; the GraphQL worker knows it, a list of words does not.
  step('complete a field name');
  const editor = page.locator('.graphiql-query-editor textarea.inputarea');
  await editor.focus();
  await editor.press(selectAll);
  await editor.pressSequentially('{ __typen');
  const rows = page.locator('.suggest-widget.visible .monaco-list-row');
  await rows.first().waitFor();
  seen.suggestions = await rows.evaluateAll((list) => list.map((row) => row.ariaLabel));
}

const input = await readInput();
const seen = {
  title: '', // of the document
  background: '', // colour of the page
  headers: '', // text of the headers editor after the login
  answer: '', // text of the result pane, all of it
  shown: '', // the lines of it that are on the screen
  prettified: '', // the operation after prettify
  history: [], // titles of its entries
  types: [], // names that the documentation lists
  suggestions: [], // what completion offers for "{ __typen"
  stored: '', // local storage as JSON
  requests: [], // "METHOD path" to the page's origin
  foreign: [], // addresses elsewhere that something asked for
  console: [], // errors, warnings, failed requests
  failure: '', // the step that could not be done, and why
};
const profile = await mkdtemp(path.join(tmpdir(), 'weft-browser-'));
let context;
let current = 'start the browser';
try {
  context = await chromium.launchPersistentContext(profile, {
    executablePath: input.executable,
    headless: true,
    chromiumSandbox: input.sandbox,
    colorScheme: input.colorScheme ?? 'light',
    viewport: { width: 1280, height: 800 },
    timeout: 60_000, // a busy machine takes its time; the patience is for the page
    args: ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--no-proxy-server'],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(input.timeoutMs);
  await watch(context, page, new URL(input.url).origin, seen);
  await visit(page, input, seen, (name) => {
    current = name;
  });
} catch (error) {
  seen.failure = `${current}: ${error.message}`;
  const page = context?.pages()[0];
  // A picture of where it stuck; if even that fails, the failure above says enough.
  await page?.screenshot({ path: input.screenshots.answer }).catch(() => {});
} finally {
  await context?.close();
  await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
process.stdout.write(`${JSON.stringify(seen)}\n`);
