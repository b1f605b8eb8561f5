-module(hello_app).
-behaviour(application).
-behaviour(supervisor).

-export([start/2, stop/1, init/1]).

start(_Type, _Args) ->
    supervisor:start_link({local, hello_sup}, ?MODULE, []).

stop(_State) ->
    ok.

init([]) ->
    Server = #{id => hello_server, start => {hello_server, start_link, []}},
    {ok, {#{}, [Server]}}.
