import Foundation

let version = "1"
let port = UInt16(ProcessInfo.processInfo.environment["PORT"] ?? "9090") ?? 9090

let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
var yes: Int32 = 1
setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
var address = sockaddr_in()
address.sin_family = sa_family_t(AF_INET)
address.sin_port = port.bigEndian
let bound = withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
}
guard bound == 0, listen(server, 16) == 0 else { fatalError("cannot listen on \(port)") }

while true {
    let client = accept(server, nil, nil)
    var request = [UInt8](repeating: 0, count: 4096)
    if read(client, &request, request.count) > 0 {
        let body = "Hello from Swift, version \(version)\n"
        let answer = "HTTP/1.0 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        _ = answer.withCString { write(client, $0, strlen($0)) }
    }
    close(client)
}
