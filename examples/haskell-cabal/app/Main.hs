module Main (main) where

import Control.Monad (forever)
import qualified Data.ByteString.Char8 as B
import Network.Socket
import Network.Socket.ByteString (recv, sendAll)
import System.Environment (lookupEnv)

version :: String
version = "1"

main :: IO ()
main = do
  port <- maybe 3000 read <$> lookupEnv "PORT"
  server <- socket AF_INET Stream defaultProtocol
  setSocketOption server ReuseAddr 1
  bind server (SockAddrInet port (tupleToHostAddress (0, 0, 0, 0)))
  listen server 16
  forever $ do
    (client, _) <- accept server
    _ <- recv client 4096
    let body = "Hello from Haskell, version " ++ version ++ "\n"
        headers = "HTTP/1.0 200 OK\r\nContent-Length: " ++ show (length body) ++ "\r\n\r\n"
    sendAll client (B.pack (headers ++ body))
    close client
