"""The BEAM: Elixir, Erlang and Gleam."""
