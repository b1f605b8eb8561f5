import gleam/erlang/process
import mist
import wisp
import wisp/wisp_mist

const version = "1"

pub fn main() {
  wisp.configure_logger()
  let secret = wisp.random_string(64)
  let assert Ok(_) =
    wisp_mist.handler(answer, secret)
    |> mist.new
    |> mist.bind("0.0.0.0")
    |> mist.port(8000)
    |> mist.start
  process.sleep_forever()
}

fn answer(_request) {
  wisp.ok()
  |> wisp.string_body("Hello from Gleam, version " <> version <> "\n")
}
