FROM denoland/deno:2.5
WORKDIR /app
COPY deno.json deno.lock .
RUN deno install
COPY . .
CMD ["run", "-A", "main.ts"]
