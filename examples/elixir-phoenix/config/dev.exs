import Config

config :hello, HelloWeb.Endpoint,
  http: [ip: {127, 0, 0, 1}, port: 4000],
  code_reloader: true,
  secret_key_base: "only-for-development-only-for-development-only-for-development-00"
