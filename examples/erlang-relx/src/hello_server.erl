%% A web server of one page, with Erlang's own HTTP parser.
-module(hello_server).

-export([start_link/0, listen/1]).

-define(VERSION, "1").

start_link() ->
    {ok, Port} = application:get_env(hello, port),
    {ok, proc_lib:spawn_link(?MODULE, listen, [Port])}.

listen(Port) ->
    Options = [binary, {packet, http_bin}, {active, false}, {reuseaddr, true}],
    {ok, Socket} = gen_tcp:listen(Port, Options),
    io:format("listening on ~p~n", [Port]),
    accept(Socket).

accept(Socket) ->
    {ok, Client} = gen_tcp:accept(Socket),
    Pid = spawn(fun() -> answer(Client) end),
    gen_tcp:controlling_process(Client, Pid),
    accept(Socket).

answer(Client) ->
    read_head(Client),
    Body = ["Hello from Erlang, version ", ?VERSION, "\n"],
    Head = io_lib:format("HTTP/1.1 200 OK\r\ncontent-length: ~p\r\nconnection: close\r\n\r\n",
                         [iolist_size(Body)]),
    gen_tcp:send(Client, [Head, Body]),
    gen_tcp:close(Client).

read_head(Client) ->
    case gen_tcp:recv(Client, 0, 5000) of
        {ok, http_eoh} -> ok;
        {ok, _} -> read_head(Client);
        {error, _} -> ok
    end.
