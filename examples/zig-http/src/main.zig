const std = @import("std");

const version = "1";
const body = "Hello from Zig, version " ++ version ++ "\n";

pub fn main() !void {
    const address = try std.net.Address.parseIp("0.0.0.0", 8000);
    var server = try address.listen(.{ .reuse_address = true });
    defer server.deinit();

    while (true) {
        const connection = try server.accept();
        defer connection.stream.close();
        var request: [4096]u8 = undefined;
        _ = connection.stream.read(&request) catch continue;
        connection.stream.writeAll("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" ++ body) catch continue;
    }
}
