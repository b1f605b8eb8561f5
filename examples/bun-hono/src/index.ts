import { Hono } from "hono";

const VERSION = "1";

const app = new Hono();

app.get("/", (context) => context.text(`Hello from Bun, version ${VERSION}\n`));

export default {
  port: Number(process.env.PORT ?? 3000),
  fetch: app.fetch,
};
