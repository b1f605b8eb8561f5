FROM golang:1.25 AS build
WORKDIR /src
COPY go.* ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -o /bin/app ./cmd/app
FROM scratch
COPY --from=build /bin/app /app
COPY --from=build /src/templates /templates
CMD ["/app"]
