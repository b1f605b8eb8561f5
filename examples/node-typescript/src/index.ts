import express, { Request, Response } from "express";

const VERSION = "1";
const port = parseInt(process.env.PORT || "3000", 10);

const app = express();

app.get("/", (_request: Request, response: Response) => {
  response.type("text/plain").send(`Hello from TypeScript, version ${VERSION}\n`);
});

app.listen(port, () => console.log(`listening on ${port}`));
