const express = require("express");

const VERSION = "1";
const port = process.env.PORT || 3000;

const app = express();

app.get("/", (request, response) => {
  response.type("text/plain").send(`Hello from Express, version ${VERSION}\n`);
});

app.get("/healthz", (request, response) => {
  response.json({ status: "ok" });
});

app.listen(port, () => console.log(`listening on ${port}`));
