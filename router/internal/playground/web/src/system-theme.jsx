import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect } from 'react';

// GraphiQL's own colours follow the system by media query, but the editors'
// colours are set once. SystemTheme sets them again when the system changes
// and the user has not chosen a theme in the settings.
export function SystemTheme() {
  const theme = useGraphiQL((state) => state.theme);
  const { setTheme } = useGraphiQLActions();

  useEffect(() => {
    if (theme) return undefined;
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    const apply = () => setTheme(null);
    dark.addEventListener('change', apply);
    return () => dark.removeEventListener('change', apply);
  }, [theme, setTheme]);

  return null;
}
