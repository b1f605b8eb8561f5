import { serve } from "@hono/node-server";
import { Hono } from "hono";

const VERSION = "1";

const app = new Hono();

app.get("/", (context) => context.text(`Hello from Hono, version ${VERSION}\n`));
app.get("/healthz", (context) => context.json({ status: "ok" }));

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
  console.log(`listening on ${port}`);
});
