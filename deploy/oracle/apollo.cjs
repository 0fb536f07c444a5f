// One JSON request a line on standard input, one JSON answer a line on standard
// output; ends with its input. See oracle.go for the kinds of requests.
'use strict';
const readline = require('node:readline');
const { parse } = require('graphql');
const { composeServices } = require('@apollo/composition');
const { HINTS } = require('@apollo/composition/dist/hints');
const { ERRORS, Supergraph, operationFromDocument, printSchema } = require('@apollo/federation-internals');
const { QueryPlanner, prettyFormatQueryPlan } = require('@apollo/query-planner');

const problem = (error) => ({ code: error.extensions?.code ?? '', message: error.message });

const api = (supergraph) => printSchema(Supergraph.build(supergraph, { supportedFeatures: null }).apiSchema());

function compose({ subgraphs, maximumPaths }) {
  const started = performance.now();
  const services = [];
  for (const { name, url, sdl } of subgraphs) {
    try {
      services.push({ name, url, typeDefs: parse(sdl) });
    } catch (error) {
      return { errors: [{ code: 'INVALID_GRAPHQL', message: `[${name}] ${error.message}` }] };
    }
  }
  const result = composeServices(services, { maxValidationSubgraphPaths: maximumPaths });
  const milliseconds = performance.now() - started;
  if (result.errors?.length) {
    return { errors: result.errors.map(problem), milliseconds };
  }
  return {
    supergraph: result.supergraphSdl,
    api: api(result.supergraphSdl),
    hints: result.hints.map((hint) => ({
      code: hint.definition.code,
      level: hint.definition.level.name,
      message: hint.message,
      coordinate: hint.coordinate ?? '',
    })),
    milliseconds,
  };
}

function plan({ supergraph, operations, overrides, maximumPlans }) {
  const graph = Supergraph.build(supergraph, { supportedFeatures: null });
  const api = graph.apiSchema();
  const planner = new QueryPlanner(graph, maximumPlans ? { debug: { maxEvaluatedPlans: maximumPlans } } : {});
  const overrideConditions = new Map(Object.entries(overrides ?? {}));
  return {
    plans: operations.map((text) => {
      const started = performance.now();
      try {
        const built = planner.buildQueryPlan(operationFromDocument(api, parse(text)), { overrideConditions });
        const milliseconds = performance.now() - started;
        return {
          text: prettyFormatQueryPlan(built),
          json: built,
          evaluated: planner.lastGeneratedPlanStatistics().evaluatedPlanCount,
          milliseconds,
        };
      } catch (error) {
        return { error: String(error.message), milliseconds: performance.now() - started };
      }
    }),
  };
}

const catalogue = () => ({
  codes: Object.values(ERRORS).map((error) => error.code),
  hints: Object.values(HINTS).map((hint) => hint.code),
});

function answer(line) {
  try {
    const request = JSON.parse(line);
    if (request.catalogue) {
      return catalogue();
    }
    if (request.api) {
      return { api: api(request.api) };
    }
    return request.subgraphs ? compose(request) : plan(request);
  } catch (error) {
    return { crash: String(error.stack ?? error) };
  }
}

readline.createInterface({ input: process.stdin, terminal: false }).on('line', (line) => {
  process.stdout.write(JSON.stringify(answer(line)) + '\n');
});
