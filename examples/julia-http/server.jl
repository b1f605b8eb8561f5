using HTTP

const VERSION_SHOWN = "1"

port = parse(Int, get(ENV, "PORT", "8080"))
println("listening on $port")

HTTP.serve("0.0.0.0", port) do request
    HTTP.Response(200, "Hello from Julia, version $VERSION_SHOWN\n")
end
