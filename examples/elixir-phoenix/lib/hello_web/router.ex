defmodule HelloWeb.Router do
  use Phoenix.Router

  get "/", HelloWeb.GreetingController, :show
end
