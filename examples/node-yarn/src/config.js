module.exports = {
  port: Number(process.env.HTTP_PORT) || 3000,
};
