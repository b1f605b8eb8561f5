import { createServer } from "node:http";

const VERSION = "1";
const PORT = Number(process.env.PORT ?? 3000);

const server = createServer((request, response) => {
  console.log(`${request.method} ${request.url}`);
  response.writeHead(200, { "Content-Type": "text/plain" });
  response.end(`Hello from plain Node, version ${VERSION}\n`);
});

server.listen(PORT, () => console.log(`listening on ${PORT}`));

process.on("SIGTERM", () => server.close(() => process.exit(0)));
