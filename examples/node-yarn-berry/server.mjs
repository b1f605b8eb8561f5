import Fastify from "fastify";

const VERSION = "1";

const app = Fastify({ logger: true });

app.get("/", async () => `Hello from Fastify, version ${VERSION}\n`);

await app.listen({ host: "0.0.0.0", port: Number(process.env.PORT ?? 3000) });
