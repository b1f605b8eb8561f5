import { greet } from "@hello/greeting";
import Fastify from "fastify";

const VERSION = "1";

const app = Fastify();

app.get("/", async () => greet(`a workspace, version ${VERSION}`));

await app.listen({ host: "0.0.0.0", port: Number(process.env.PORT) || 3000 });
