FROM node:22-alpine
ENV NODE_ENV production
WORKDIR /usr/src/app
COPY package*.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev
USER node
COPY --chown=node:node . .
EXPOSE 3000
CMD ["node", "server.js"]
