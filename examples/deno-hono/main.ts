import { Hono } from "hono";

const VERSION = "1";

const app = new Hono();

app.get("/", (context) => context.text(`Hello from Deno, version ${VERSION}\n`));

Deno.serve({ port: Number(Deno.env.get("PORT") ?? 8000) }, app.fetch);
