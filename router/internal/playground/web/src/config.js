// The configuration comes from the server at run time, because one build of
// this page serves every graph. Its shape is playground.Config in Go.
export async function loadConfig() {
  const response = await fetch('playground/config.json', {
    cache: 'no-store',
    headers: { accept: 'application/json' },
  });
  if (!response.ok) {
    throw new Error(`playground/config.json: HTTP ${response.status}`);
  }
  return response.json();
}
