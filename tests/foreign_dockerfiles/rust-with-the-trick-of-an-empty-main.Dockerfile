FROM rust:1 AS build
WORKDIR /app
COPY Cargo.toml Cargo.lock ./
RUN mkdir src && echo "fn main() {}" > src/main.rs && cargo build --release
COPY src src
RUN touch src/main.rs && cargo build --release
FROM debian:stable-slim
COPY --from=build /app/target/release/app /usr/local/bin/app
