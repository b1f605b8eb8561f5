#!/usr/bin/env bash
VERSION="1"

read -r method path _
# The rest of the request's head.
while read -r line && [[ $line != $'\r' ]]; do :; done

body=$(jq --null-input --compact-output --arg path "$path" \
  '{greeting: "Hello from the shell", version: "'"$VERSION"'", path: $path}')
printf 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s\n' \
  $((${#body} + 1)) "$body"
