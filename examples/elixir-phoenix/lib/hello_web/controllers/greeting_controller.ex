defmodule HelloWeb.GreetingController do
  use Phoenix.Controller, formats: [:html]

  @version "1"

  def show(conn, _params), do: text(conn, "Hello from Phoenix, version #{@version}\n")
end
