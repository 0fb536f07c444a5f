import './workers.js';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './style.css';
import { createRoot } from 'react-dom/client';
import { loadConfig } from './config.js';
import { Playground } from './playground.jsx';

const root = createRoot(document.getElementById('root'));

loadConfig().then(
  (config) => {
    document.title = config.title;
    root.render(<Playground config={config} />);
  },
  (error) => root.render(<p className="weft-error">The playground cannot start: {error.message}</p>),
);
