// node gateway.cjs SUPERGRAPH HOST:PORT: Apollo Gateway as the public benchmark
// runs it, a worker for each CPU.
const cluster = require("node:cluster");
const { readFileSync } = require("node:fs");
const { availableParallelism } = require("node:os");

const [supergraph, address] = process.argv.slice(2);
const [host, port] = address.split(":");

async function serve() {
  const { ApolloGateway } = require("@apollo/gateway");
  const { ApolloServer } = require("@apollo/server");
  const { startStandaloneServer } = require("@apollo/server/standalone");
  const gateway = new ApolloGateway({ supergraphSdl: readFileSync(supergraph, "utf8") });
  await startStandaloneServer(new ApolloServer({ gateway }), { listen: { host, port: Number(port) } });
}

if (cluster.isPrimary) {
  for (let i = 0; i < availableParallelism(); i++) cluster.fork();
  process.on("SIGTERM", () => process.exit(0));
} else {
  serve().catch((error) => {
    console.error(error);
    process.exit(1);
  });
}
