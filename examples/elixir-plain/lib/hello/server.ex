defmodule Hello.Server do
  @moduledoc "A web server of one page, with Erlang's own HTTP parser."
  use Task, restart: :permanent

  @version "1"

  def start_link(port), do: Task.start_link(__MODULE__, :listen, [port])

  def listen(port) do
    options = [:binary, packet: :http_bin, active: false, reuseaddr: true]
    {:ok, socket} = :gen_tcp.listen(port, options)
    IO.puts("listening on #{port}")
    accept(socket)
  end

  defp accept(socket) do
    {:ok, client} = :gen_tcp.accept(socket)
    {:ok, pid} = Task.start(fn -> answer(client) end)
    :gen_tcp.controlling_process(client, pid)
    accept(socket)
  end

  defp answer(client) do
    read_head(client)
    body = "Hello from Elixir, version #{@version}\n"

    :gen_tcp.send(client, [
      "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\n",
      "content-length: #{byte_size(body)}\r\n\r\n",
      body
    ])

    :gen_tcp.close(client)
  end

  defp read_head(client) do
    case :gen_tcp.recv(client, 0, 5_000) do
      {:ok, :http_eoh} -> :ok
      {:ok, _} -> read_head(client)
      {:error, _} -> :ok
    end
  end
end
