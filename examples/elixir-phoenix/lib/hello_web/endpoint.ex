defmodule HelloWeb.Endpoint do
  use Phoenix.Endpoint, otp_app: :hello

  plug Plug.Static, at: "/", from: :hello, only: ~w(assets)
  plug Plug.RequestId
  plug HelloWeb.Router
end
