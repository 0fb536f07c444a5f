import { ToolbarButton, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useState } from 'react';

// at("login.tokens.accessToken", data) walks the answer along a dotted path.
function at(path, data) {
  return path.split('.').reduce((value, key) => value?.[key], data);
}

// withAuthorization returns the text of the headers editor with the token in
// it. Other headers stay; text that is not a JSON object is replaced, since it
// could not have been sent anyway.
function withAuthorization(text, token) {
  let headers = {};
  try {
    const parsed = JSON.parse(text || '{}');
    if (parsed && typeof parsed === 'object' && !Array.isArray(parsed)) headers = parsed;
  } catch {
    headers = {};
  }
  for (const name of Object.keys(headers)) {
    if (name.toLowerCase() === 'authorization') delete headers[name];
  }
  return JSON.stringify({ ...headers, Authorization: `Bearer ${token}` }, null, 2);
}

function showHeadersEditor() {
  // Which editor is open is private state of GraphiQL's layout; its button is the way in.
  document.querySelector('.graphiql-editor-tools [data-name="headers"]')?.click();
}

// DemoLogin is a toolbar button that runs the configured mutation and puts the
// token into the headers editor. An answer without a token is shown as it is.
export function DemoLogin({ demo, fetcher }) {
  const headerEditor = useGraphiQL((state) => state.headerEditor);
  const responseEditor = useGraphiQL((state) => state.responseEditor);
  const schema = useGraphiQL((state) => state.schema);
  const { introspect } = useGraphiQLActions();
  const [busy, setBusy] = useState(false);

  async function signIn() {
    setBusy(true);
    try {
      const answer = await fetcher({ query: demo.query, variables: demo.variables ?? {} });
      const token = at(demo.tokenPath, answer.data);
      if (typeof token !== 'string' || token === '') {
        responseEditor?.setValue(JSON.stringify(answer, null, 2));
        return;
      }
      headerEditor?.setValue(withAuthorization(headerEditor.getValue(), token));
      showHeadersEditor();
      if (!schema) introspect();
    } catch (error) {
      responseEditor?.setValue(JSON.stringify({ errors: [{ message: String(error) }] }, null, 2));
    } finally {
      setBusy(false);
    }
  }

  return (
    <ToolbarButton label={demo.label} onClick={signIn} disabled={busy || !headerEditor} data-weft="demo-login">
      <svg className="graphiql-toolbar-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" aria-hidden="true">
        <path d="M14 4h5v16h-5M4 12h11M11 8l4 4-4 4" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" />
      </svg>
    </ToolbarButton>
  );
}
