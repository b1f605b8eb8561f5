FROM elixir:1.18 AS build
WORKDIR /app
RUN mix local.hex --force && mix local.rebar --force
COPY mix.exs mix.lock ./
COPY config config
RUN mix deps.get --only prod && mix deps.compile
COPY lib lib
RUN mix release
FROM debian:stable-slim
COPY --from=build /app/_build/prod/rel/hello /app
