import Vapor

let version = "1"

@main
enum Entrypoint {
    static func main() async throws {
        let app = try await Application.make(.detect())
        app.get { _ in "Hello from Vapor, version \(version)" }
        try await app.execute()
        try await app.asyncShutdown()
    }
}
