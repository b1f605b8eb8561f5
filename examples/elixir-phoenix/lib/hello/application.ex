defmodule Hello.Application do
  use Application

  @impl true
  def start(_type, _args) do
    children = [{Phoenix.PubSub, name: Hello.PubSub}, HelloWeb.Endpoint]
    Supervisor.start_link(children, strategy: :one_for_one, name: Hello.Supervisor)
  end
end
