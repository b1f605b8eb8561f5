FROM node:22 AS build
WORKDIR /repo
COPY package.json yarn.lock ./
COPY packages/api/package.json packages/api/
COPY packages/lib/package.json packages/lib/
RUN yarn install --frozen-lockfile
COPY packages/ packages/
FROM node:22-slim
WORKDIR /repo
COPY --from=build /repo ./
CMD ["node", "packages/api/index.js"]
