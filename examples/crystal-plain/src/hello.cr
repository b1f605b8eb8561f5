require "http/server"

VERSION = "1"

server = HTTP::Server.new do |context|
  context.response.content_type = "text/plain"
  context.response.puts "Hello from Crystal, version #{VERSION}"
end

port = ENV.fetch("PORT", "8080").to_i
server.bind_tcp "0.0.0.0", port
puts "listening on #{port}"
server.listen
