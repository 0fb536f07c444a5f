// A subgraph of Apollo's library with stub data. The first line of standard input
// is {"sdl", "entities"}: the schema, and by type what there is of it, by id. Each
// further line is a GraphQL request; its answer is a line of standard output. Ends
// with its input.
'use strict';
const readline = require('node:readline');
const { buildSubgraphSchema } = require('@apollo/subgraph');
const { graphql, parse } = require('graphql');

function build({ sdl, entities }) {
  const resolvers = {};
  for (const [type, byID] of Object.entries(entities)) {
    resolvers[type] = {
      __resolveReference: ({ id }) => (typeof id === 'string' && Object.hasOwn(byID, id) ? { ...byID[id] } : null),
    };
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
