#!/usr/bin/env bash
# A web server of one page, a process per request.
set -euo pipefail

port=${PORT:-8080}
echo "listening on $port"
exec socat "TCP-LISTEN:$port,reuseaddr,fork" EXEC:"bash answer.sh"
