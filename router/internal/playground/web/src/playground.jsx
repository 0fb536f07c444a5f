import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { useState } from 'react';
import { DemoLogin } from './demo-login.jsx';
import { storage } from './storage.js';
import { SystemTheme } from './system-theme.jsx';

const FALLBACK_QUERY = '{\n  __typename\n}\n';

export function Playground({ config }) {
  const [fetcher] = useState(() => createGraphiQLFetcher({ url: config.endpoint }));
  const [loginFetcher] = useState(() =>
    createGraphiQLFetcher({ url: config.endpoint, enableIncrementalDelivery: false }),
  );

  return (
    <GraphiQL
      fetcher={fetcher}
      storage={storage}
      defaultQuery={config.defaultQuery || FALLBACK_QUERY}
      shouldPersistHeaders={false}
      inputValueDeprecation
      schemaDescription
    >
      <GraphiQL.Logo>{config.title}</GraphiQL.Logo>
      <GraphiQL.Toolbar>
        {({ prettify, merge, copy }) => (
          <>
            {prettify}
            {merge}
            {copy}
            {config.demo && <DemoLogin demo={config.demo} fetcher={loginFetcher} />}
          </>
        )}
      </GraphiQL.Toolbar>
      <SystemTheme />
    </GraphiQL>
  );
}
