// A subgraph of Apollo's library with stub data. The first line of standard input
// is {"sdl", "entities"}: the schema, and by type the rows that there are. Each further
// line is a GraphQL request; its answer is a line of standard output. Ends
// with its input.
'use strict';
const readline = require('node:readline');
const { isDeepStrictEqual } = require('node:util');
const { buildSubgraphSchema } = require('@apollo/subgraph');
const { graphql, parse } = require('graphql');

// plain gives literals the prototype that variables have.
const plain = (value) => JSON.parse(JSON.stringify(value));

// has tells whether the reference has the values of a key.
const has = (reference, key) =>
  Object.entries(key).every(([name, value]) => isDeepStrictEqual(reference[name], value));

function find(rows, reference) {
  const row = rows.find(({ keys }) => keys.some((key) => has(reference, key)));
  if (row?.error) {
    throw new Error(row.error);
  }
  return row ? { ...row.fields } : null;
}

function build({ sdl, entities }) {
  const resolvers = {};
  for (const [type, rows] of Object.entries(entities)) {
    resolvers[type] = { __resolveReference: async (reference) => find(rows, plain(reference)) };
  }
  return buildSubgraphSchema({ typeDefs: parse(sdl), resolvers });
}

(async () => {
  let schema;
  for await (const line of readline.createInterface({ input: process.stdin, terminal: false })) {
    const request = JSON.parse(line);
    if (!schema) {
      schema = build(request);
      continue;
    }
    const answer = await graphql({ schema, source: request.query, variableValues: request.variables });
    process.stdout.write(JSON.stringify(answer) + '\n');
  }
})();
