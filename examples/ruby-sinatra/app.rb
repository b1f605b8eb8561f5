require "sinatra/base"

VERSION = "1"

class Hello < Sinatra::Base
  get "/" do
    "Hello from Sinatra, version #{VERSION}\n"
  end

  get "/healthz" do
    "ok\n"
  end
end
