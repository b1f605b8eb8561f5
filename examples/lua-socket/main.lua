-- A web server of one page.
local socket = require("socket")

local version = "1"
local port = tonumber(os.getenv("PORT") or "8080")

local server = assert(socket.bind("0.0.0.0", port))
io.stdout:setvbuf("no")
print("listening on " .. port)

while true do
  local client = server:accept()
  client:settimeout(5)
  local line = client:receive("*l")
  while line and line ~= "" do
    line = client:receive("*l")
  end
  local body = "Hello from Lua, version " .. version .. "\n"
  client:send("HTTP/1.1 200 OK\r\nContent-Length: " .. #body .. "\r\nConnection: close\r\n\r\n" .. body)
  client:close()
end
