const Koa = require("koa");
const { port } = require("./config");

const VERSION = "1";

const app = new Koa();

app.use(async (context) => {
  context.body = `Hello from Koa, version ${VERSION}\n`;
});

app.listen(port, () => console.log(`listening on ${port}`));
