open System
open Microsoft.AspNetCore.Builder

let version = "1"

[<EntryPoint>]
let main args =
    let app = WebApplication.CreateBuilder(args).Build()
    app.MapGet("/", Func<string>(fun () -> $"Hello from F#, version {version}")) |> ignore
    app.Run()
    0
